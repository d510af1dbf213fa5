// node_peers: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "node_peers"}
<< {"jsonrpc": "2.0", "id": 1, "result": [{"id": "beta", "connected": true, "address": "127.0.0.1:9001", "height": 3, "lastHeardMsAgo": 12, "queuedBytes": 0}, {"id": "gamma", "connected": true, "address": "127.0.0.1:9002", "height": 3, "lastHeardMsAgo": 12, "queuedBytes": 0}, {"id": "delta", "connected": true, "address": "127.0.0.1:9003", "height": 3, "lastHeardMsAgo": 12, "queuedBytes": 0}]}
