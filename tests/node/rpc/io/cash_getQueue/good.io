// cash_getQueue: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "cash_getQueue", "params": {"asset": "DPKR"}}
