// agenda_status: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status", "params": {"minHeight": "3"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.minHeight: a height", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
