// participant_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "participant_list", "params": {"cursor": 1}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.cursor: text", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
