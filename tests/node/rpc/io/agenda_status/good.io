// agenda_status: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "agenda_status"}
<< {"jsonrpc": "2.0", "id": 1, "result": {"context": {"chainId": "mohur-test", "height": 2, "blockHash": "0x8f81989a3f70504906c3541d6972bc3b8177eed8666bbcc9fd8cfdc8734357bb", "stateRoot": "0xeb6fc0b73be6ff0d5d540de7d119a3212bce56b0516b55c6c315ba6636593126"}, "value": {"businessDate": "2025-07-03", "dayOpen": true, "due": 0, "next": []}}}
