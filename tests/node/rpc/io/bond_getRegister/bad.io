// bond_getRegister: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "bond_getRegister", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such bond", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
