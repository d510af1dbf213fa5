// chain_getBlock: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getBlock", "params": {"block": 0}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such block; the newest is in node_status, genesis in chain_getGenesis", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "chain_getBlock", "params": {"block": 3}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such block; the newest is in node_status, genesis in chain_getGenesis", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "chain_getBlock", "params": {"block": "newest"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.block: a height, a block hash, earliest, latest, safe or finalized", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "chain_getBlock", "params": {"block": "0x0000000000000000000000000000000000000000000000000000000000000000"}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": -32001, "message": "no such block; the newest is in node_status, genesis in chain_getGenesis", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 5, "method": "chain_getBlock", "params": {}}
<< {"jsonrpc": "2.0", "id": 5, "error": {"code": -32602, "message": "params.block: a field is missing", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
