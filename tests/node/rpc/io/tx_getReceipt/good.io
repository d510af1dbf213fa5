// tx_getReceipt: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "tx_getReceipt", "params": {"txId": "0x80e3b1c5cfb3f1a1a5ec56f0a542be97a79ba0ca4ce6044902f552362034b6e4"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"txId": "0x80e3b1c5cfb3f1a1a5ec56f0a542be97a79ba0ca4ce6044902f552362034b6e4", "height": 1, "index": 0, "status": "success", "code": 0, "symbol": "OK", "operation": -1, "events": [{"type": "issued", "asset": "DPKR", "target": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "amount": "1000000"}]}}
>> {"jsonrpc": "2.0", "id": 2, "method": "tx_getReceipt", "params": {"txId": "0x98ad2c0d1c47620e19e2cb547be3f0a5ab52e0daac14a5279a7ff62080bd7684"}}
<< {"jsonrpc": "2.0", "id": 2, "result": {"txId": "0x98ad2c0d1c47620e19e2cb547be3f0a5ab52e0daac14a5279a7ff62080bd7684", "height": 2, "index": 1, "status": "failed", "code": 40, "symbol": "INSUFFICIENT_AVAILABLE", "operation": 0, "events": []}}
>> {"jsonrpc": "2.0", "id": 3, "method": "tx_getReceipt", "params": {"txId": "0x7f2710e93bb341b7258df30b5813dbb162c44d2ac05426ed33aa5e5814f8ae56"}}
<< {"jsonrpc": "2.0", "id": 3, "result": null}
