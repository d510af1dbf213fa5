// rate_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "rate_list", "params": {"name": "mtb-182d"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xa27806b8ba7b745e11cc98cdb019542961d557571ca96fc957f752104bf580d5", "stateRoot": "0x807a2bd90f5232c2125b0e34a23669718a909fad5cfadbeb6b073ac827d3f756"}, "value": {"items": [], "next": null, "pinnedHeight": 2}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "rate_list", "params": {"name": "mtb-182d", "limit": 1}}
<< {"jsonrpc": "2.0", "id": 2, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0xa27806b8ba7b745e11cc98cdb019542961d557571ca96fc957f752104bf580d5", "stateRoot": "0x807a2bd90f5232c2125b0e34a23669718a909fad5cfadbeb6b073ac827d3f756"}, "value": {"items": [], "next": null, "pinnedHeight": 2}}}
