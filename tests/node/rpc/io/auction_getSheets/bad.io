// auction_getSheets: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "auction_getSheets", "params": {"auctionId": "NONE"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "auction_getSheets", "params": {}}
>> {"jsonrpc": "2.0", "id": 3, "method": "auction_getSheets", "params": {"auctionId": "PIB-1", "cursor": "x"}}
