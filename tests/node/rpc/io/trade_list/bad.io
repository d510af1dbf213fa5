// trade_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "trade_list", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such instrument", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
