"""The wire: bytes, digests, signatures."""
