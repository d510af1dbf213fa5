// participant_getStatement: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "participant_getStatement", "params": {"servicer": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-01"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "participant_getStatement", "params": {"servicer": "bank", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-03"}}
