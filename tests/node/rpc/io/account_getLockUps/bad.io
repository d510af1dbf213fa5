// account_getLockUps: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getLockUps", "params": {"account": "tmhr1u00yjm7e03ywt8mwaf9medzdtyr9zlne"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getLockUps", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "limit": 0}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "account_getLockUps", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "account_getLockUps", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
