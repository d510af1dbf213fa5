// cash_getSupply: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "cash_getSupply", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x06ad3e6d92d2a46c895dee5c785577293b2ed31c802b54d2ae9f474fdaa668e0", "stateRoot": "0x207a31141d8153b51f55447faa5a218e37a71f7f90166a78da1161bd905adcd7"}, "value": {"asset": "DPKR", "amount": "1000000", "queued": "0"}}}
