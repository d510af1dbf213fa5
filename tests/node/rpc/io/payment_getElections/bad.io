// payment_getElections: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "payment_getElections", "params": {"asset": "NONE", "number": 30001}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such instrument", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "payment_getElections", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.number: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
