// settle_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "settle_list", "params": {"openOnly": "yes"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.openOnly: true or false", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
