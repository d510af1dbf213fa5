// instrument_getAccrued: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "instrument_getAccrued", "params": {"asset": "PK0000000001", "face": "0"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "params.face: an amount is 1..18446744073709551615", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 2, "method": "instrument_getAccrued", "params": {"asset": "PK0000000001", "face": "100", "on": "2040-01-01"}}
<< {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "params.on: a date in the life of the instrument", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
>> {"jsonrpc": "2.0", "id": 3, "method": "instrument_getAccrued", "params": {"asset": "PK0000000001", "face": 100}}
<< {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "params.face: an amount is a decimal string of minor units, no sign, no leading zero", "data": {"symbol": "INVALID_PARAMS", "retryable": false}}}
