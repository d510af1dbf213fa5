// sanction_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "sanction_list", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x3cae257d30066a8c088fced4df45e11c7c7c97bcaaf1f0b8e9bbef84fba56d8d", "stateRoot": "0x3901c35e0b8edff54e0b28d2750b1e38ae4a444125b1cee73be84cd74dbd975e"}, "value": {"items": [{"id": "un", "version": 3, "authority": "tmhr1schmhxfqzfwlga0grlrs2uftq5t04q33"}], "next": null, "pinnedHeight": 2}}}
