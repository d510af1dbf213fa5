// lien_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "lien_list", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: either account or authority", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "lien_list", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "authority": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params: either account or authority", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "lien_list", "params": {"account": "me"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.account: an address of this network is bech32m text of 16 bytes with the prefix tmhr1", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
