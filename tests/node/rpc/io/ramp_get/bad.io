// ramp_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "ramp_get", "params": {"ramp": "0x1785cfc3bc6ac7738e8b38cdccd1af12563c2b9070e07af336a1bf8c0f772b6a"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such ramp", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "ramp_get", "params": {"ramp": "0x12"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.ramp: exactly 32 bytes of 0x and lower-case hex", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
