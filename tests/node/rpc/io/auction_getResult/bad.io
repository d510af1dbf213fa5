// auction_getResult: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_getResult", "params": {"auctionId": "NONE"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_getResult", "params": {}}
