// account_getHistory: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getHistory", "params": {"account": "alice"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.account: an address of this network is bech32m text of 16 bytes with the prefix tmhr1", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
