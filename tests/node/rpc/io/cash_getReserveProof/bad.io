// cash_getReserveProof: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "cash_getReserveProof", "params": {"asset": "dpkr"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.asset: text of 1..16 characters that matches ^[A-Z0-9][A-Z0-9-]*\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
