// account_getDatedStatement: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "account_getDatedStatement", "params": {"account": "tmhr138ywmftf4xcdh4twj75sf6mr45xagk89", "asset": "DPKR", "fromDate": "2025-07-03", "toDate": "2025-07-03"}}
>> {"jsonrpc": "2.0", "id": 2, "method": "account_getDatedStatement", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "asset": "DPKR", "fromDate": "2025-07-01", "toDate": "2025-07-03"}}
