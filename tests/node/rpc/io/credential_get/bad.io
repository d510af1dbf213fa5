// credential_get: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "credential_get", "params": {"person": "0xd3f8e5d63c88179bde86618160d952bc4b3b09fff380469ec471015ca48841a3", "kind": "kyc"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such credential", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "credential_get", "params": {"person": "0x12", "kind": "kyc"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.person: exactly 32 bytes of 0x and lower-case hex", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
