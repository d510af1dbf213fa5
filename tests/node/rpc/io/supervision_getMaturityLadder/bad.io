// supervision_getMaturityLadder: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getMaturityLadder", "params": {"x": 1}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params: an object without unknown fields", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "supervision_getMaturityLadder", "params": {"minHeight": 9}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32002, "message": "this node has not reached minHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
