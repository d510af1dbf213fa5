// rule_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "rule_list", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x3cae257d30066a8c088fced4df45e11c7c7c97bcaaf1f0b8e9bbef84fba56d8d", "stateRoot": "0x3901c35e0b8edff54e0b28d2750b1e38ae4a444125b1cee73be84cd74dbd975e"}, "value": {"items": [{"id": "kyc", "asset": null, "version": 1, "body": {"type": "credential_rule", "credential": "kyc", "gives": false, "receives": true}, "nextBody": null, "nextOn": "2026-01-02"}], "next": null, "pinnedHeight": 2}}}
