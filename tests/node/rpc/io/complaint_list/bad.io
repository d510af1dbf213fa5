// complaint_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "complaint_list", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: either account or about", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "complaint_list", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "about": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params: either account or about", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
