// node_version: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "node_version"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"software": "mohur", "version": "0.1.0", "protocolVersion": 1, "protocolVersionKnown": 1, "addressPrefix": "tmhr"}}
