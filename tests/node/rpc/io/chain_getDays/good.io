// chain_getDays: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "chain_getDays", "params": {"fromDate": "2025-07-01", "toDate": "2025-07-03"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x01557d7c39021ada58c89eebeae58757da1a9a5d7c6585491dc571cd9caa3d3a", "stateRoot": "0x5442ac3f62546fb5fdd667f1ab9bb8af9c36cf68d9a1e76243afd0ce9c5233a2"}, "value": [{"date": "2025-07-03", "begins": {"height": 0, "index": 0}, "ends": null}]}}
