// instrument_getPrice: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "instrument_getPrice", "params": {"asset": "PK0000000001", "yieldPercent": "ten"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.yieldPercent: text of 0..24 characters that matches ^-?[0-9]{1,6}(\\.[0-9]{1,15})?\\Z", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "instrument_getPrice", "params": {"asset": "PK0000000001", "yieldPercent": "10", "on": "2040-01-01"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params.on: the date is outside of the instrument's life", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "instrument_getPrice", "params": {"asset": "PK0000000001", "yieldPercent": "-999999"}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32000, "message": "params.yieldPercent: it gives no price", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 4, "method": "instrument_getPrice", "params": {"asset": "NONE", "yieldPercent": "1"}}
<< {"jsonrpc": "2.0", "id": 4, "error": {"code": -32001, "message": "no such instrument", "data": {"symbol": "NOT_FOUND", "retryable": false}}}
