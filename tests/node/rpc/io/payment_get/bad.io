// payment_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "payment_get", "params": {"asset": "PK0000000001", "number": 2}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such payment", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "payment_get", "params": {"asset": "PK0000000001", "number": "one"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.number: an integer 0..2147483648, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
