// auction_get: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_get", "params": {"auctionId": "PIB-1"}}
