"""Sans-IO PBFT: decides the order of blocks and nothing else.

`Replica.handle(event) -> list[Action]` is the whole interface; docs/spec/consensus.md is the norm.
"""
