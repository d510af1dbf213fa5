// auction_getAllotments: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_getAllotments", "params": {"auctionId": "NONE"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_getAllotments", "params": {}}
>> {"jsonrpc": "2.0", "id": 3, "method": "auction_getAllotments", "params": {"auctionId": "PIB-1", "cursor": "x"}}
