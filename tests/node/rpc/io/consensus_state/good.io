// consensus_state: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "consensus_state"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"height": 3, "view": 0, "phase": "idle", "voting": true, "syncing": false, "halted": null, "sentence": "Nothing waits: a block is made when a transaction comes.", "connected": ["beta", "gamma", "delta"], "missing": []}}
