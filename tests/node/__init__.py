"""Tests of the shell: wire, storage, peers, RPC, command line."""
