// account_getStatement: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getStatement", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "asset": "DPKR", "fromHeight": 2, "toHeight": 9}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: fromHeight <= toHeight <= height of the newest block", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getStatement", "params": {"account": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0", "asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "account_getStatement", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "asset": "dpkr"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.asset: text of 1..16 characters that matches ^[A-Z0-9][A-Z0-9-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
