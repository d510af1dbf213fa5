// instrument_getFixings: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "instrument_getFixings", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x9b26d119af7fc6ed3f4e059f61d0b988868b97256839a05b7a41896418a922c4", "stateRoot": "0x1c4e8b673e2d8d498a0de2267409bbfbf82f5fa98fdd2e339ee0ec48aa6037d6"}, "value": []}}
