// chain_getParams: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getParams"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xf05cd58888c65f000fe736676d0d6a30ce0aac4cd90f675b121b5d5406527b8b", "stateRoot": "0x207a31141d8153b51f55447faa5a218e37a71f7f90166a78da1161bd905adcd7"}, "value": [{"name": "window_blocks", "value": 1000}]}}
