// bond_getRegister: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "bond_getRegister", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x06ad3e6d92d2a46c895dee5c785577293b2ed31c802b54d2ae9f474fdaa668e0", "stateRoot": "0x207a31141d8153b51f55447faa5a218e37a71f7f90166a78da1161bd905adcd7"}, "value": {"items": [{"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "balance": "500000", "recordNo": 0, "recordQuantity": "0"}], "next": null, "pinnedHeight": 2}}}
