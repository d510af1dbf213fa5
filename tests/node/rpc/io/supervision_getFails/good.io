// supervision_getFails: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getFails", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xf8f047d891b23ce5715f83cd784b41598f6d4a7b7601456f446a0e0fecfb1ee1", "stateRoot": "0x3cb0c8babfa5ec066a749c7ec9bf5ab35112e4dc6341e9e3a314bc90c3bb421d"}, "value": {"businessDate": "2025-07-03", "late": [], "lateTotal": 0, "openTotal": 1, "settled": 0, "cancelled": 0, "expired": 0, "failed": 0}}}
