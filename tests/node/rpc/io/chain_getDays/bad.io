// chain_getDays: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getDays", "params": {"fromDate": "2025-07-03", "toDate": "2025-07-02"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: fromDate <= toDate <= business date of the ledger", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "chain_getDays", "params": {"fromDate": "soon", "toDate": "2025-07-02"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.fromDate: a date YYYY-MM-DD", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
