// agenda_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xc65108f85308d54365d0714093020736784b122a0be8fde72acd39f47535af4e", "stateRoot": "0x04ea892d53bcb36dcae64b14fe139b762608b6f4bab02f8ea26079572edd3f65"}, "value": {"businessDate": "2025-07-03", "dayOpen": true, "due": 0, "next": []}}}
