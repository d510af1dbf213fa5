// cash_getQueue: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "cash_getQueue", "params": {"asset": "PKR-CB"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "cash_getQueue", "params": {"asset": "DPKR", "limit": 101}}
