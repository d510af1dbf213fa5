"""Read-only web pages over the RPC."""
