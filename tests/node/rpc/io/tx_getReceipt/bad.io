// tx_getReceipt: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "tx_getReceipt", "params": {"txId": "0x0000000000000000000000000000000000000000000000000000000000000000"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such transaction known to this node", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
