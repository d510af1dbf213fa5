"""A relational copy of the ledger for reports (extra: indexer)."""
