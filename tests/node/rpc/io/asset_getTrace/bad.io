// asset_getTrace: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "asset_getTrace", "params": {"asset": "PK0000000001", "account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "asset_getTrace", "params": {"asset": "DPKR", "account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "limit": 0}}
