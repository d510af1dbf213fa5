// auction_getNcbs: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_getNcbs", "params": {"auctionId": "NONE"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such auction", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_getNcbs", "params": {}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.auctionId: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "auction_getNcbs", "params": {"auctionId": "PIB-1", "cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
