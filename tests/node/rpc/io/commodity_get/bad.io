// commodity_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "commodity_get", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such commodity", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "commodity_get", "params": {"asset": "gold"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.asset: text of 1..16 characters that matches ^[A-Z0-9][A-Z0-9-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
