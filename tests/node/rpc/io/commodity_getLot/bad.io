// commodity_getLot: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "commodity_getLot", "params": {"asset": "XAU-KHI", "lotId": "BAR-2"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such lot", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "commodity_getLot", "params": {"asset": "XAU-KHI", "lotId": ""}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.lotId: text of 1..35 characters that matches ^[A-Za-z0-9/:().,'+ -]+\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
