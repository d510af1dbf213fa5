"""Twins: pairs of nodes with one identity and one key, both running the real code."""
