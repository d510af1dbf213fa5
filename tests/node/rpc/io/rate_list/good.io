// rate_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "rate_list", "params": {"name": "mtb-182d"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x74a2602df7410d49fd77b58d471e44fff4b4cd27ca239b3832a4dc424d1ca91b", "stateRoot": "0xbe5b15879d9803bacb3513af0f656228aad0533621eae25c7eb6a03bf2634ae5"}, "value": {"items": [], "next": null, "pinnedHeight": 2}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "rate_list", "params": {"name": "mtb-182d", "limit": 1}}
<< {"jsonrpc": "2.0", "id": 2, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x74a2602df7410d49fd77b58d471e44fff4b4cd27ca239b3832a4dc424d1ca91b", "stateRoot": "0xbe5b15879d9803bacb3513af0f656228aad0533621eae25c7eb6a03bf2634ae5"}, "value": {"items": [], "next": null, "pinnedHeight": 2}}}
