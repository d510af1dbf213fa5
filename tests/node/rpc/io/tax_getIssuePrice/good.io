// tax_getIssuePrice: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "tax_getIssuePrice", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x37078d9818089b185de87c2bb0ca4e73f0afb1e538bff377c1e8ac8545ec6b04", "stateRoot": "0xc61ebc36172bc2cad442aeb913b1ef9fdd9e6e96b6b2070470c1b57ba70e574a"}, "value": {"asset": "PK0000000001", "face": "500000", "cost": "490123", "priceE4": 980247}}}
