// agenda_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xcbf0c0a8a6a5433a3d7fa1ca63bf34d7d6ca92961830db6b8fab443d48fd900f", "stateRoot": "0x30cc7d59086b4b02d599e12590243ae376f8140283823d0e881e4181e62df124"}, "value": {"businessDate": "2025-07-03", "dayOpen": true, "due": 0, "next": []}}}
