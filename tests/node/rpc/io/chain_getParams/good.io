// chain_getParams: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getParams"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xa07346641ce266a4448fde517bee624e1f5ba2f4268330ab66975912e5c5982d", "stateRoot": "0x9d165bfc838f2a69bc946afb97ff5e1cc6d0a17606e4d67e0cc7c83d455942c0"}, "value": [{"name": "window_blocks", "value": 1000}]}}
