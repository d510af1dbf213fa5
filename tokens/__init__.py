"""The pure ledger: says what the order of transactions means.

`apply_block(state, block) -> BlockResult` is the whole transition; docs/spec/ledger.md is the norm.
"""
