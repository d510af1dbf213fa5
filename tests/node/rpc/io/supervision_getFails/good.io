// supervision_getFails: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getFails", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x0fc85e5d554aba1da6ac7814d0eff096d5bb063e3394807903029f141978cd81", "stateRoot": "0xd655fc2e9e6f012e6d4f4738377ce30124c888556c3b43902f8d4f2ff9d72455"}, "value": {"businessDate": "2025-07-03", "late": [], "lateTotal": 0, "openTotal": 1, "settled": 0, "cancelled": 0, "expired": 0, "failed": 0}}}
