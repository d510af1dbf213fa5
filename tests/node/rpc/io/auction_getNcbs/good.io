// auction_getNcbs: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_getNcbs", "params": {"auctionId": "PIB-1"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_getNcbs", "params": {"auctionId": "PIB-1", "limit": 1}}
