// chain_getCommit: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getCommit", "params": {"block": -1}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such block; the newest is in node_status, genesis in chain_getGenesis", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
