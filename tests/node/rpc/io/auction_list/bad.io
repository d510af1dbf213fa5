// auction_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_list", "params": {"liveOnly": "yes"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.liveOnly: true or false", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
