// auction_list: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_list"}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_list", "params": {"liveOnly": true}}
