// rule_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "rule_get", "params": {"rule": "none"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such rule", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "rule_get", "params": {"rule": "NO"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.rule: text of 1..32 characters that matches ^[a-z0-9][a-z0-9_-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
