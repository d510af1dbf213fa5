// auction_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_get", "params": {"auctionId": "NONE"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such auction", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_get", "params": {}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.auctionId: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
