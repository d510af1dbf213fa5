// gov_getProtocol: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "gov_getProtocol", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x8df60ccaed79fb1f5c8941c07aae387822c619753610fabccdeb0860426c56f7", "stateRoot": "0xf389eb79d1e43e7efc75e703357c455f53e20b14dc6bf12f5293329c3e0adf9a"}, "value": {"inForce": 1, "knownHere": 1, "pending": null, "signals": []}}}
