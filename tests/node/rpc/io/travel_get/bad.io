// travel_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "travel_get", "params": {"travel": "0x1111111111111111111111111111111111111111111111111111111111111111"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such travel", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "travel_get", "params": {"travel": "0x12"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.travel: exactly 32 bytes of 0x and lower-case hex", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
