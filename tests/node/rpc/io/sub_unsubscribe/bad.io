// sub_unsubscribe: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "sub_unsubscribe", "params": {"subscription": 1}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32004, "message": "subscriptions need the WebSocket at /ws", "data": {"symbol": "METHOD_DISABLED", "retryable": false}}}
