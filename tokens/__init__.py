"""The ledger: a pure function from a state and a block to a new state and its receipts."""
