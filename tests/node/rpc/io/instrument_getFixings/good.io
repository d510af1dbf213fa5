// instrument_getFixings: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "instrument_getFixings", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x10e581c6351cf1eb1ef48c0748e54ead3bc1f50575b576e8c738913e1f358f8f", "stateRoot": "0x8c40dff49d850d865314359376aeeb9f1977565c5c3113d5c62221d8fb2bb9a5"}, "value": []}}
