// agenda_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xd5617dee252cce3b97b16b52fd30914b887c734274d05238cc972a889cb3c700", "stateRoot": "0xd5d910c0de376a16cc541510daaab102379aceff80888f53c8592866418eeda2"}, "value": {"businessDate": "2025-07-03", "dayOpen": true, "due": 0, "next": []}}}
