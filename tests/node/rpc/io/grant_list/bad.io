// grant_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "grant_list", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: either grantor or grantee", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "grant_list", "params": {"grantor": "tmhr1schmhxfqzfwlga0grlrs2uftq5t04q33", "grantee": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params: either grantor or grantee", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "grant_list", "params": {"grantor": "tmhr1schmhxfqzfwlga0grlrs2uftq5t04q33", "limit": 0}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "grant_list", "params": {"grantor": "tmhr1schmhxfqzfwlga0grlrs2uftq5t04q33", "cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
