// chain_getCard: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getCard", "params": {"minHeight": 99}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32002, "message": "this node has not reached minHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
