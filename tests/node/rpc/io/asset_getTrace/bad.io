// asset_getTrace: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "asset_getTrace", "params": {"asset": "PK0000000001", "account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": 4444, "message": "the history kept here does not reach that far", "data": {"symbol": "PRUNED", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "asset_getTrace", "params": {"asset": "DPKR", "account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "limit": 0}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
