// cash_getReserves: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "cash_getReserves", "params": {"asset": "PKR-CB"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such stablecoin", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
