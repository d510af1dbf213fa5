// mempool_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "mempool_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"transactions": 1, "bytes": 205}}
