// account_getUnclaimed: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getUnclaimed", "params": {"account": "tmhr1u00yjm7e03ywt8mwaf9medzdtyr9zlne"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getUnclaimed", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "limit": 0}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "account_getUnclaimed", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
