// ramp_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "ramp_list", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: either account or bank", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "ramp_list", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "bank": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params: either account or bank", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "ramp_list", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "limit": 0}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.limit: an integer 1..100, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
