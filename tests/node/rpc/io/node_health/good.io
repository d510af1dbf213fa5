// node_health: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "node_health"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"ready": true, "checks": [{"name": "not_halted", "passed": true}, {"name": "synced", "passed": true}, {"name": "quorum_reachable", "passed": true}, {"name": "blocks_fresh", "passed": true}, {"name": "disk_free", "passed": true}]}}
