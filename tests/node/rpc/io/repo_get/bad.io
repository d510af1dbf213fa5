// repo_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "repo_get", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.repo: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "repo_get", "params": {"repo": "0x0000000000000000000000000000000000000000000000000000000000000000"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such repo", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "repo_get", "params": {"repo": "REPO-1"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.repo: exactly 32 bytes of 0x and lower-case hex", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
