// participant_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "participant_get", "params": {"participant": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such participant", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
