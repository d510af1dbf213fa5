// rate_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "rate_list", "params": {"name": "mtb-182d"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x5b71a6cfd8eab5852caa73144a25c59e6653e8a2ea8b760c5a72d8e20087e2be", "stateRoot": "0x4838360bc8df06631d25bc38ba1b71377d1d6511a61e0fd9e65ea39d7de058a4"}, "value": {"items": [], "next": null, "pinnedHeight": 2}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "rate_list", "params": {"name": "mtb-182d", "limit": 1}}
<< {"jsonrpc": "2.0", "id": 2, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x5b71a6cfd8eab5852caa73144a25c59e6653e8a2ea8b760c5a72d8e20087e2be", "stateRoot": "0x4838360bc8df06631d25bc38ba1b71377d1d6511a61e0fd9e65ea39d7de058a4"}, "value": {"items": [], "next": null, "pinnedHeight": 2}}}
