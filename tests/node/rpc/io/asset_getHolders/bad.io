// asset_getHolders: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "asset_getHolders", "params": {"asset": "NONE"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such asset", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
