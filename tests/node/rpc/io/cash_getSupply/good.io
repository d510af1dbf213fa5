// cash_getSupply: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "cash_getSupply", "params": {"asset": "DPKR"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xd5617dee252cce3b97b16b52fd30914b887c734274d05238cc972a889cb3c700", "stateRoot": "0xd5d910c0de376a16cc541510daaab102379aceff80888f53c8592866418eeda2"}, "value": {"asset": "DPKR", "amount": "1000000", "queued": "0"}}}
