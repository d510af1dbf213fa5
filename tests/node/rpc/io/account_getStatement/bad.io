// account_getStatement: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getStatement", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "asset": "DPKR", "fromHeight": 2, "toHeight": 9}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: fromHeight <= toHeight <= height of the newest block", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getStatement", "params": {"account": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0", "asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "account_getStatement", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "asset": "dpkr"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.asset: text of 1..16 characters that matches ^[A-Z0-9][A-Z0-9-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "account_getStatement", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "asset": "DPKR", "atHeight": 0}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": 4444, "message": "this node keeps states from height 1 on", "data": {"symbol": "PRUNED", "retryable": false, "oldestHeight": 1}}}
>> {"jsonrpc": "2.0", "id": 5, "method": "account_getStatement", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "asset": "DPKR", "atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 5, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
