// instrument_getRegister: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "instrument_getRegister", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xc65108f85308d54365d0714093020736784b122a0be8fde72acd39f47535af4e", "stateRoot": "0x04ea892d53bcb36dcae64b14fe139b762608b6f4bab02f8ea26079572edd3f65"}, "value": {"items": [{"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "balance": "500000", "recordNo": 0, "recordQuantity": "0"}], "next": null, "pinnedHeight": 2}}}
