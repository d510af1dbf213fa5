// recovery_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "recovery_get", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such recovery", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "recovery_get", "params": {"account": "x"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.account: an address of this network is bech32m text of 16 bytes with the prefix tmhr1", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
