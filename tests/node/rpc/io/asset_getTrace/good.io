// asset_getTrace: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "asset_getTrace", "params": {"asset": "DPKR", "account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "asset_getTrace", "params": {"asset": "DPKR", "account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "first": 1}}
