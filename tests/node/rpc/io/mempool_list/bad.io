// mempool_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "mempool_list", "params": {"limit": 0}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.limit: an integer 1..1000, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "mempool_list", "params": {"limit": "1"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.limit: an integer 1..1000, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
