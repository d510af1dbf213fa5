// gov_getPolicies: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "gov_getPolicies", "params": {"limit": 101}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "gov_getPolicies", "params": {"cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "gov_getPolicies", "params": {"atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
