// book_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "book_get", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such instrument", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "book_get", "params": {"asset": "PK0000000001", "levels": 51}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.levels: an integer 1..50, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
