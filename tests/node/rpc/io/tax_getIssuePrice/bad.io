// tax_getIssuePrice: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "tax_getIssuePrice", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such issue price", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
