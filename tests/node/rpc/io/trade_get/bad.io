// trade_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "trade_get", "params": {"asset": "PK0000000001", "number": 2}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such trade", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
