"""A light client: trusts one validator set at one height, and nothing that a node says."""
