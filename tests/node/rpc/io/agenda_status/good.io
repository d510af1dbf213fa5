// agenda_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x06ad3e6d92d2a46c895dee5c785577293b2ed31c802b54d2ae9f474fdaa668e0", "stateRoot": "0x207a31141d8153b51f55447faa5a218e37a71f7f90166a78da1161bd905adcd7"}, "value": {"businessDate": "2025-07-03", "dayOpen": true, "due": 0, "next": []}}}
