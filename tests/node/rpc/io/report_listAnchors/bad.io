// report_listAnchors: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "report_listAnchors", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.institution: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "report_listAnchors", "params": {"institution": "nobody"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.institution: an address of this network is bech32m text of 16 bytes with the prefix tmhr1", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
