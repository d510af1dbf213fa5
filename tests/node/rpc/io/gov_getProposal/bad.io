// gov_getProposal: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "gov_getProposal", "params": {"proposalId": "0x0000000000000000000000000000000000000000000000000000000000000000"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such proposal", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
