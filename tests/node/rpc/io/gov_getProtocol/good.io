// gov_getProtocol: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "gov_getProtocol", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x0fc85e5d554aba1da6ac7814d0eff096d5bb063e3394807903029f141978cd81", "stateRoot": "0xd655fc2e9e6f012e6d4f4738377ce30124c888556c3b43902f8d4f2ff9d72455"}, "value": {"inForce": 1, "knownHere": 1, "pending": null, "signals": []}}}
