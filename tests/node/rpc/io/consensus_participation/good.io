// consensus_participation: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "consensus_participation"}
<< {"jsonrpc": "2.0", "id": 1, "result": [{"validator": "alpha", "proposed": 0, "commits": 2, "window": 2}, {"validator": "beta", "proposed": 1, "commits": 2, "window": 2}, {"validator": "gamma", "proposed": 1, "commits": 2, "window": 2}, {"validator": "delta", "proposed": 0, "commits": 2, "window": 2}]}
