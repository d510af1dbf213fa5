// tx_getProof: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "tx_getProof", "params": {"txId": "0x0000000000000000000000000000000000000000000000000000000000000000"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such transaction known to this node", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "tx_getProof", "params": {"txId": "0x7f2710e93bb341b7258df30b5813dbb162c44d2ac05426ed33aa5e5814f8ae56"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32001, "message": "no such proof yet: the transaction waits", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "tx_getProof", "params": {"txId": "0x80e3"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.txId: exactly 32 bytes of 0x and lower-case hex", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
