// instrument_getFixings: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "instrument_getFixings", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x13639631a34cd8176bae05fac8f26fc65729965402d44a7df6bf4dd38ddcf52d", "stateRoot": "0xdc1fbfea42929f8061dad251b4b406631b9ddb3a88873299e5a7053cace78bb6"}, "value": []}}
