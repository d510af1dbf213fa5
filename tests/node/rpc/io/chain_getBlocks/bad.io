// chain_getBlocks: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getBlocks", "params": {"fromHeight": 0}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.fromHeight: an integer 1..4611686018427387904, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "chain_getBlocks", "params": {"fromHeight": 1, "limit": 51}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.limit: an integer 1..50, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
