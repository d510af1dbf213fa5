// account_getLimits: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getLimits", "params": {"account": "tmhr1u00yjm7e03ywt8mwaf9medzdtyr9zlne", "asset": "XAU-KHI"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getLimits", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "asset": "NONE"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such asset", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "account_getLimits", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.asset: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "account_getLimits", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "asset": "XAU-KHI", "atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
