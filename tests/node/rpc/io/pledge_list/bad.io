// pledge_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "pledge_list", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.pledgee: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "pledge_list", "params": {"pledgee": "me"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.pledgee: an address of this network is bech32m text of 16 bytes with the prefix tmhr1", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
