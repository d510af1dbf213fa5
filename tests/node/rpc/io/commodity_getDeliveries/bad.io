// commodity_getDeliveries: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "commodity_getDeliveries", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such commodity", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "commodity_getDeliveries", "params": {"asset": "XAU-KHI", "limit": 101}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
