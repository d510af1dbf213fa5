// tx_submit: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "tx_submit", "params": {"transaction": "0x929701a56f74686572c410b0737290adcd38e45cd52e9d7134dc3bc410c1ab19facabd1b9f9a970b3a662cd9fd6491963ca444504b52c41089c8eda569a9b0dbd56e97a904eb63adc410c576fdb57758f5adc1f2bf107c11f40b01a54532452d31a09192c420daf9dd79c0097a9e509a98f7b32fec5df6954d8b15387a433b7e7bc3c31e533ac440ef12ed2de1fb03d1761cc0f318e91faa953a45f39f1ffc76c758601a0b97139a5aa9fbacebf6fdcc3e1cebbb21d5b17bd3479cc29b7e130a63f8eace483d2a09"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": 1002, "message": "the transaction is for another chain", "data": {"symbol": "WRONG_CHAIN", "retryable": false, "txId": "0x6291706dd66598dbd24a76be3feaa02bb27492ce500179cf1bc02d7e93593504"}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "tx_submit", "params": {"transaction": "0x00"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": 1001, "message": "the bytes are not an encoded transaction", "data": {"symbol": "MALFORMED", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "tx_submit", "params": {"transaction": 5}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.transaction: 0x and lower-case hex", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
