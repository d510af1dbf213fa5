// settle_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "settle_get", "params": {"initiator": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "batchId": "TRADE-2"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such settlement batch", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
