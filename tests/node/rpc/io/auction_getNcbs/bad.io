// auction_getNcbs: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_getNcbs", "params": {"auctionId": "NONE"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_getNcbs", "params": {}}
>> {"jsonrpc": "2.0", "id": 3, "method": "auction_getNcbs", "params": {"auctionId": "PIB-1", "cursor": "x"}}
