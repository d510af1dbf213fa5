// tx_simulate: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "tx_simulate", "params": {"transaction": "0x00"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": 1001, "message": "the bytes are not an encoded transaction", "data": {"symbol": "MALFORMED", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "tx_simulate", "params": {"transaction": {"version": 1, "chainId": "mohur-test", "sender": "tmhr1kpeh9y9de5uwghx496whzdxu8vtnmqn5", "clientRef": "0x9aa1409239b303cb303b5646a1ea3a2d", "validUntil": 100, "operations": [{"type": "transfer", "asset": "DPKR", "source": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "target": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "amount": 7, "endToEndRef": "E2E-1"}], "memo": ""}}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.transaction.operations[0].amount: an amount is a decimal string of minor units, no sign, no leading zero", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
