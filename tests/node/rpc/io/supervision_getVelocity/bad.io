// supervision_getVelocity: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getVelocity", "params": {"asset": "DPKR", "fromHeight": 3}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: fromHeight <= toHeight <= height of the newest block", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "supervision_getVelocity", "params": {"asset": "NONE", "fromHeight": 1}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such asset", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "supervision_getVelocity", "params": {"asset": "DPKR", "fromHeight": 0}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.fromHeight: an integer 1..4611686018427387904, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "supervision_getVelocity", "params": {"asset": "DPKR", "fromHeight": 1, "atHeight": 0}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": 4444, "message": "this node keeps states from height 1 on", "data": {"symbol": "PRUNED", "retryable": false, "oldestHeight": 1}}}
>> {"jsonrpc": "2.0", "id": 5, "method": "supervision_getVelocity", "params": {"asset": "DPKR", "fromHeight": 1, "atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 5, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
