"""Params and results of the RPC methods, a namespace a file, shared by server and client.

Rules of this package:
1. Frozen keyword-only structs; the order of the fields of params is the order of positional params.
2. JSON names are the camelCase of the field names (tokens.jsonform); nothing is written twice.
3. Records of the ledger are answered as they are, so a client learns one shape.
"""
