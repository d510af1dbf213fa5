"""Random changes of the validator set, on real shells under faults."""
