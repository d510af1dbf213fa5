// trade_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "trade_list", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xb9cd9abfb4d9d78dcfccedec3aa36c46181a601f0868fa0ac6791c8ad4a3cb1d", "stateRoot": "0x9804880c66740d1f7b78af8d0db8ed1185185e168d3e660756d6463fdcf437c9"}, "value": {"items": [{"number": 1, "height": 1, "tradedOn": "2025-07-03", "priceE4": 1000000, "face": "100"}], "next": null, "pinnedHeight": 2}}}
