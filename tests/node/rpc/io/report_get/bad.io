// report_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "report_get", "params": {"institution": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "number": 2}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such report", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "report_get", "params": {"institution": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "number": -1}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.number: an integer 0..2147483648, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
