"""Invariants of protocol versions."""

from collections.abc import Iterator

from tokens.invariants_money import Records
from tokens.records.protocol import ACTIVATION
from tokens.records.system import BLOCK_NOTE, CHAIN


def validate_activation(state: Records) -> Iterator[str]:
    """An activation that is decided lies ahead, and its version above the one in force."""
    height = max((note.height for note in state.all(BLOCK_NOTE)), default=0)
    version = max((chain.protocol_version for chain in state.all(CHAIN)), default=0)
    for pending in state.all(ACTIVATION):
        if pending.protocol_version <= version or pending.height <= height:
            yield f"version {pending.protocol_version} at {pending.height}: after {height}"
