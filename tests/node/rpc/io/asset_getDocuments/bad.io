// asset_getDocuments: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "asset_getDocuments", "params": {"asset": "NONE"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such asset", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "asset_getDocuments", "params": {"asset": "NONE", "limit": 0}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "asset_getDocuments", "params": {"asset": "PK0000000001", "cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
