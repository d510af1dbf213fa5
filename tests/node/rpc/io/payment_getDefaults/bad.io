// payment_getDefaults: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "payment_getDefaults", "params": {"asset": "NONE"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such instrument", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "payment_getDefaults", "params": {"asset": "PK0000000001", "cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
