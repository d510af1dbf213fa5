// supervision_getOutstanding: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getOutstanding", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xdde8d6c01a8f71456b5006769432edcb26d31c3130cfd9a31e5e6554f9e5267d", "stateRoot": "0xefac0c82690d30f15d530197372889fc9e89233acc7f82cc594b0eb53cad0777"}, "value": [{"currency": "PKR", "kind": "FIXED", "yearsFrom": 1, "yearsBelow": 3, "instruments": 1, "amount": "500000"}]}}
