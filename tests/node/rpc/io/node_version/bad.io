// node_version: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "node_version", "params": [1]}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params: at most 0 params", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
