// auction_getSheets: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_getSheets", "params": {"auctionId": "PIB-1"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_getSheets", "params": {"auctionId": "PIB-1", "limit": 1}}
