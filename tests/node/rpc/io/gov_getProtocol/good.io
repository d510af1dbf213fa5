// gov_getProtocol: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "gov_getProtocol", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xc65108f85308d54365d0714093020736784b122a0be8fde72acd39f47535af4e", "stateRoot": "0x04ea892d53bcb36dcae64b14fe139b762608b6f4bab02f8ea26079572edd3f65"}, "value": {"inForce": 1, "knownHere": 1, "pending": null, "signals": []}}}
