// auction_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_list", "params": {"liveOnly": "yes"}}
