// agenda_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xe5be2e8a014522a0b6970d3ed0985d6487deab46ce33f0bcb572e705f7af817e", "stateRoot": "0x207a31141d8153b51f55447faa5a218e37a71f7f90166a78da1161bd905adcd7"}, "value": {"businessDate": "2025-07-03", "dayOpen": true, "due": 0, "next": []}}}
