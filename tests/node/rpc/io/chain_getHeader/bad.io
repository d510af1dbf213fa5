// chain_getHeader: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getHeader", "params": {"block": "0xAB"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.block: a height, a block hash, earliest, latest, safe or finalized", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
