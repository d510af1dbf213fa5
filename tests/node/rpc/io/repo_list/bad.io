// repo_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "repo_list", "params": {"limit": 101}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "repo_list", "params": {"liveOnly": 1}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.liveOnly: true or false", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
