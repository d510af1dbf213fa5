// sub_subscribe: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "sub_subscribe", "params": {"topic": "blocks"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32004, "message": "subscriptions need the WebSocket at /ws", "data": {"symbol": "METHOD_DISABLED", "retryable": false}}}
