// tax_getCertificates: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "tax_getCertificates", "params": {"account": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0", "year": 2026}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "no such account", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "tax_getCertificates", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "year": 0}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32602, "message": "params.year: an integer 1..9999, not a string and without fraction or exponent", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "tax_getCertificates", "params": {"account": "tmhr1c4m0mdthtr66ms0jhug8cy05pvctpwnr", "year": 2026, "cursor": "zz"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
