// auction_getResult: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_getResult", "params": {"auctionId": "PIB-1"}}
