// licence_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "licence_get", "params": {"institution": "tmhr1schmhxfqzfwlga0grlrs2uftq5t04q33"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such licence", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "licence_get", "params": {"institution": "x"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.institution: an address of this network is bech32m text of 16 bytes with the prefix tmhr1", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
