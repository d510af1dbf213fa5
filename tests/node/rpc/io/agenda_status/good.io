// agenda_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xd0e62de4cdfc345cb1954c8777740b63e8c630f46509393e073908cd36fc2106", "stateRoot": "0x0e58bc4aa88a0740477bdd8d2747695f7f0190d4b26437776e95f0bfebbde15a"}, "value": {"businessDate": "2025-07-03", "dayOpen": true, "due": 0, "next": []}}}
