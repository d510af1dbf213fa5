// supervision_getFails: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getFails", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x7830f27fe2250dfdedf1fd12e721e800d43ccdc8e34e66afaabf6f63b30e08f5", "stateRoot": "0xaffb7bbf763c52dc267d6c450b2ab4629102d9c7c0d0ad308f0c606d07b084a8"}, "value": {"businessDate": "2025-07-03", "late": [], "lateTotal": 0, "openTotal": 1, "settled": 0, "cancelled": 0, "expired": 0, "failed": 0}}}
