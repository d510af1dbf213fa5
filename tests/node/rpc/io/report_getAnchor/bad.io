// report_getAnchor: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "report_getAnchor", "params": {"institution": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "date": "2020-01-01"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such anchor", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "report_getAnchor", "params": {"institution": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "date": "yesterday"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.date: a date YYYY-MM-DD", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
