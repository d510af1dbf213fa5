// tax_getTable: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "tax_getTable", "params": {"profile": "nowhere"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such tax table", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "tax_getTable", "params": {"profile": "PK"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.profile: text of 1..32 characters that matches ^[a-z0-9][a-z0-9_-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
