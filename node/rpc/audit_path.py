"""Merkle paths in the trees of tokens.codec.merkle_root (RFC 6962 shape)."""

import hashlib
from collections.abc import Sequence

from node.sdk.schema.tx import PathStep


def audit_path(leaves: Sequence[bytes], index: int) -> tuple[PathStep, ...]:
    """The hashes beside the way from one leaf to the root. IndexError outside of the leaves."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    steps = []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            steps.append(PathStep(left=beside < index, hash=level[beside]))
        above = [
            hashlib.sha256(b"\x01" + level[at] + level[at + 1]).digest()
            for at in range(0, len(level) - 1, 2)
        ]
        if len(level) % 2:
            above.append(level[-1])
        level, index = above, index // 2
    return tuple(steps)
