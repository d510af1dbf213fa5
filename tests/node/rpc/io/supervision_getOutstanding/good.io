// supervision_getOutstanding: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getOutstanding", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x7830f27fe2250dfdedf1fd12e721e800d43ccdc8e34e66afaabf6f63b30e08f5", "stateRoot": "0xaffb7bbf763c52dc267d6c450b2ab4629102d9c7c0d0ad308f0c606d07b084a8"}, "value": [{"currency": "PKR", "kind": "FIXED", "yearsFrom": 1, "yearsBelow": 3, "instruments": 1, "amount": "500000"}]}}
