// consensus_validators: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "consensus_validators", "params": {"height": 99}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such validator set: sets are known up to the next height", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
