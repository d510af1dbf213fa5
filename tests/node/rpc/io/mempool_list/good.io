// mempool_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "mempool_list"}
<< {"jsonrpc": "2.0", "id": 1, "result": ["0x7f2710e93bb341b7258df30b5813dbb162c44d2ac05426ed33aa5e5814f8ae56"]}
>> {"jsonrpc": "2.0", "id": 2, "method": "mempool_list", "params": {"limit": 1}}
<< {"jsonrpc": "2.0", "id": 2, "result": ["0x7f2710e93bb341b7258df30b5813dbb162c44d2ac05426ed33aa5e5814f8ae56"]}
