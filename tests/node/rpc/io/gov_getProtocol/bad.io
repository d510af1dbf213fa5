// gov_getProtocol: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "gov_getProtocol", "params": {"more": 1}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params: an object without unknown fields", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
