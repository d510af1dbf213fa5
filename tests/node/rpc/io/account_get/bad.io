// account_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_get", "params": {"account": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_get", "params": {"account": "mhr1qqqqqqqqqqqqqqqqqqqqqqqqqqxnml50"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.account: an address of this network is bech32m text of 16 bytes with the prefix tmhr1", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "account_get", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "prove": 1}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.prove: true or false", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "account_get", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "atHeight": 0}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": 4444, "message": "this node keeps states from height 1 on", "data": {"symbol": "PRUNED", "retryable": false, "oldestHeight": 1}}}
>> {"jsonrpc": "2.0", "id": 5, "method": "account_get", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 5, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
