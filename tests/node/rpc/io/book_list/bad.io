// book_list: refusals
>> {"jsonrpc": "2.0", "id": 1, "method": "book_list", "params": {"cursor": "x"}}
<< {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "params.cursor: not a cursor of this list", "data": {"symbol": "INVALID_INPUT", "retryable": false}}}
