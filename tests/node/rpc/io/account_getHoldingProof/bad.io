// account_getHoldingProof: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getHoldingProof", "params": {"account": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0", "asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getHoldingProof", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "asset": "dpkr"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.asset: text of 1..16 characters that matches ^[A-Z0-9][A-Z0-9-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
