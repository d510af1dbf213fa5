// gov_getProposals: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "gov_getProposals", "params": {"openOnly": 1}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.openOnly: true or false", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
