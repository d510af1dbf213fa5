// gov_getProtocol: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "gov_getProtocol", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x35f62f3a66a779d221160d64eef4458b1c920c9c1d17d42c3b450189ac4ac46a", "stateRoot": "0xb618cd909c07d98ab9a9594058215c0a745f2825315979db2c1eeb7dbecdb1e1"}, "value": {"inForce": 1, "knownHere": 1, "pending": null, "signals": []}}}
