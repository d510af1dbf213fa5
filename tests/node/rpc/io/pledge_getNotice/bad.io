// pledge_getNotice: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "pledge_getNotice", "params": {"pledge": "0x0000000000000000000000000000000000000000000000000000000000000000"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such notice", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "pledge_getNotice", "params": {"pledge": "LOAN-1"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.pledge: exactly 32 bytes of 0x and lower-case hex", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
