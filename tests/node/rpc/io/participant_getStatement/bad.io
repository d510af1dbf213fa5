// participant_getStatement: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "participant_getStatement", "params": {"servicer": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-01"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params: fromDate <= toDate <= business date of the ledger", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "participant_getStatement", "params": {"servicer": "bank", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-03"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.servicer: an address of this network is bech32m text of 16 bytes with the prefix tmhr1", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "participant_getStatement", "params": {"servicer": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-03", "atHeight": 0}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": 4444, "message": "this node keeps states from height 1 on", "data": {"symbol": "PRUNED", "retryable": false, "oldestHeight": 1}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "participant_getStatement", "params": {"servicer": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-03", "atHeight": 99}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": -32002, "message": "this node has not reached atHeight yet", "data": {"symbol": "UNAVAILABLE", "retryable": true}}}
