// instrument_getFixings: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "instrument_getFixings", "params": {"asset": "NONE"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such instrument", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "instrument_getFixings", "params": {"asset": "lower"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.asset: text of 1..16 characters that matches ^[A-Z0-9][A-Z0-9-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
