// agenda_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xb6bb0ac4022f02bdb501c946ff3364761f59207e6fd628021c7cde82a2627f64", "stateRoot": "0xfdd01f8a4d9c01c5552fe7ab6faf55fcba742076604451831128c2077295b9a8"}, "value": {"businessDate": "2025-07-03", "dayOpen": true, "due": 0, "next": []}}}
