// account_getDatedStatement: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getDatedStatement", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-04"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: fromDate <= toDate <= business date of the ledger", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getDatedStatement", "params": {"account": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-03"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "account_getDatedStatement", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "asset": "DPKR", "fromDate": "soon", "toDate": "2025-07-03"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.fromDate: a date YYYY-MM-DD", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
