// complaint_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "complaint_get", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "reference": "C-2"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such complaint", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "complaint_get", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.reference: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
