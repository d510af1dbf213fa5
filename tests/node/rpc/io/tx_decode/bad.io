// tx_decode: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "tx_decode", "params": {"data": "0x93"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": 1001, "message": "the bytes are not an encoded transaction", "data": {"symbol": "MALFORMED", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "tx_decode", "params": {"data": "0x929701aa6d6f6875722d74657374c410b0737290adcd38e45cd52e9d7134dc3bc4109aa1409239b303cb303b5646a1ea3a2d6491963ca444504b52c41089c8eda569a9b0dbd56e97a904eb63adc410c576fdb57758f5adc1f2bf107c11f40b4da54532452d31a09192c420daf9dd79c0097a9e509a98f7b32fec5df6954d8b15387a433b7e7bc3c31e533ac4403fd35d7d9645a219c38474d0b24f5b2edec091570541d61828860b3e9e7845ce66ce612e31392226594e1e70bd3170cd5e34ccf9d14e3650cfe0480b216ee50d00"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": 1001, "message": "the bytes are not an encoded transaction", "data": {"symbol": "MALFORMED", "retryable": false}}}
