"""ISO 20022 messages, out of the ledger and into operations (docs/iso20022.md)."""
