// rate_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "rate_list", "params": {"name": "mtb-182d"}}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x9c5a6acaa1eabfe2772d6b492b5fee1a0e3147420ea13d2c743eaa1059c117a8", "stateRoot": "0x172fe6d510056ef4aa7c42af62b32d01129b4ee45d44c08fcbac6e0dc07b0725"}, "value": {"items": [], "next": null, "pinnedHeight": 2}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "rate_list", "params": {"name": "mtb-182d", "limit": 1}}
<< {"jsonrpc": "2.0", "id": 2, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x9c5a6acaa1eabfe2772d6b492b5fee1a0e3147420ea13d2c743eaa1059c117a8", "stateRoot": "0x172fe6d510056ef4aa7c42af62b32d01129b4ee45d44c08fcbac6e0dc07b0725"}, "value": {"items": [], "next": null, "pinnedHeight": 2}}}
