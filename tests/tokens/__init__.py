"""Tests of the ledger core: tables, published figures, golden vectors, properties."""
