// account_getHoldingProof: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getHoldingProof", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "asset": "DPKR"}}
