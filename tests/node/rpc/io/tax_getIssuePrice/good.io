// tax_getIssuePrice: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "tax_getIssuePrice", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x5b71a6cfd8eab5852caa73144a25c59e6653e8a2ea8b760c5a72d8e20087e2be", "stateRoot": "0x4838360bc8df06631d25bc38ba1b71377d1d6511a61e0fd9e65ea39d7de058a4"}, "value": {"asset": "PK0000000001", "face": "500000", "cost": "490123", "priceE4": 980247}}}
