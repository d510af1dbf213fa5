// bond_getRegister: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "bond_getRegister", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xe5be2e8a014522a0b6970d3ed0985d6487deab46ce33f0bcb572e705f7af817e", "stateRoot": "0x207a31141d8153b51f55447faa5a218e37a71f7f90166a78da1161bd905adcd7"}, "value": {"items": [{"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "balance": "500000", "recordNo": 0, "recordQuantity": "0"}], "next": null, "pinnedHeight": 2}}}
