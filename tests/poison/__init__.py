"""Transactions that are authorised and odd: they never stop the network, and enter at most once."""
