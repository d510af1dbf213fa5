// supervision_getHolders: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getHolders", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.asset: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "supervision_getHolders", "params": {"asset": "NONE"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such asset", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
