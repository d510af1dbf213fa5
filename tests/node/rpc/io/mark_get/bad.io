// mark_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "mark_get", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.asset: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "mark_get", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such mark", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "mark_get", "params": {"asset": 5}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.asset: text of 1..16 characters that matches ^[A-Z0-9][A-Z0-9-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
