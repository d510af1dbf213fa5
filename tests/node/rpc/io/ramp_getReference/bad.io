// ramp_getReference: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "ramp_getReference", "params": {"bank": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "rail": "INSTANT", "referenceHash": "0x040ffd5925d40e11c67b7238a7fc9957850b8b9a46e9729fab88c24d6a98aff2"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such payment reference", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "ramp_getReference", "params": {"bank": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "rail": "PIGEON", "referenceHash": "0x040ffd5925d40e11c67b7238a7fc9957850b8b9a46e9729fab88c24d6a98aff2"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.rail: one of RTGS, INSTANT, INTERBANK, CORRESPONDENT, CHEQUE, CASH, BOOK", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
