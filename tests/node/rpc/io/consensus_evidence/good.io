// consensus_evidence: answers
>> {"jsonrpc": "2.0", "id": 1, "method": "consensus_evidence"}
<< {"jsonrpc": "2.0", "id": 1, "result": [{"validator": "delta", "height": 1, "digest": "0x561725b6af70bb9203b49293d05b866c38fc1d96bdf66bb2bf18d9c17855551e", "data": "0x74776f207072657061726573206f66206f6e652076696577", "reports": [{"reporter": "tmhr18ccau6l7wk7xuqfngv7qnn2z75ccfcmc", "reportedAt": 2, "txId": "0x0707070707070707070707070707070707070707070707070707070707070707"}]}]}
