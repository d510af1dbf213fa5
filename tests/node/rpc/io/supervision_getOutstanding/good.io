// supervision_getOutstanding: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getOutstanding", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xf8f047d891b23ce5715f83cd784b41598f6d4a7b7601456f446a0e0fecfb1ee1", "stateRoot": "0x3cb0c8babfa5ec066a749c7ec9bf5ab35112e4dc6341e9e3a314bc90c3bb421d"}, "value": [{"currency": "PKR", "kind": "FIXED", "yearsFrom": 1, "yearsBelow": 3, "instruments": 1, "amount": "500000"}]}}
