// cash_getReserves: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "cash_getReserves", "params": {"asset": "PKR-CB"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such stablecoin", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "cash_getReserves", "params": {"asset": "DPKR", "atHeight": 0}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": 4444, "message": "this node keeps states from height 1 on", "data": {"symbol": "PRUNED", "retryable": false, "oldestHeight": 1}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "cash_getReserves", "params": {"asset": "DPKR", "atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
