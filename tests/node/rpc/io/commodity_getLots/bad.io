// commodity_getLots: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "commodity_getLots", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such commodity", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "commodity_getLots", "params": {"asset": "XAU-KHI", "cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
