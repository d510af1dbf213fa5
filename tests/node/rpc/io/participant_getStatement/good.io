// participant_getStatement: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "participant_getStatement", "params": {"servicer": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-03"}}
