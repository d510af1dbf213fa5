// order_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "order_get", "params": {"order": "0x0000000000000000000000000000000000000000000000000000000000000000"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such order", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
