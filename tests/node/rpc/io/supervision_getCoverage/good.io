// supervision_getCoverage: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "supervision_getCoverage", "params": {}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x05da891644a9b13f895b180312725311e3da764d484b6c324d7e0c22758cff29", "stateRoot": "0x5442ac3f62546fb5fdd667f1ab9bb8af9c36cf68d9a1e76243afd0ce9c5233a2"}, "value": [{"asset": "DPKR", "supply": "1000000", "value": "1000000", "coverageBps": 10000, "breach": false}]}}
