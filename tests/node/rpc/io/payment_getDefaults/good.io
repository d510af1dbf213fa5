// payment_getDefaults: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "payment_getDefaults", "params": {"asset": "PK0000000001"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x8f8aba50be67e9feca8692d1078e7e42d6aca1b6c5017eed03071d1450536ff5", "stateRoot": "0x58d7c2630dccfc81c7a25f61c267fc69cb1a9d34e2e7681db8e9999b634fbec8"}, "value": {"items": [{"asset": "PK0000000001", "cause": "PK0000000001", "payment": 1, "since": "2026-01-09"}], "next": null, "pinnedHeight": 2}}}
