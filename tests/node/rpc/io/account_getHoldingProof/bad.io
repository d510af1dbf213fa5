// account_getHoldingProof: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getHoldingProof", "params": {"account": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0", "asset": "DPKR"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getHoldingProof", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "asset": "dpkr"}}
