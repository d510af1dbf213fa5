// rfq_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "rfq_get", "params": {"taker": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "rfqId": "RFQ-2"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such request for quote", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
