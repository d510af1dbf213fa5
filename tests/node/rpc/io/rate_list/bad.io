// rate_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "rate_list", "params": {"name": "MTB"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.name: text of 1..32 characters that matches ^[a-z0-9][a-z0-9_-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "rate_list", "params": {"name": "mtb-182d", "cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
