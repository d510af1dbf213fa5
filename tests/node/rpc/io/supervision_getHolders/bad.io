// supervision_getHolders: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getHolders", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.asset: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "supervision_getHolders", "params": {"asset": "NONE"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such asset", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "supervision_getHolders", "params": {"asset": "DPKR", "atHeight": 0}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": 4444, "message": "this node keeps states from height 1 on", "data": {"symbol": "PRUNED", "retryable": false, "oldestHeight": 1}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "supervision_getHolders", "params": {"asset": "DPKR", "atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
