"""Merkle paths of receipts and wire ids (RFC 6962 shape, docs/spec/wire.md 6.1).

Each step says on which side its hash stands. A path so written has no index and no count that would
be free to lie about: where a receipt stands in its block is a field of the receipt.
"""

import hashlib
from collections.abc import Iterable

from node.sdk.schema.tx import PathStep
from tokens.codec import tagged_hash


def root_of(domain: bytes, leaf: bytes, path: Iterable[PathStep]) -> bytes:
    """The root under a domain to which a leaf and its path lead."""
    digest = hashlib.sha256(b"\x00" + leaf).digest()
    for step in path:
        pair = step.hash + digest if step.left else digest + step.hash
        digest = hashlib.sha256(b"\x01" + pair).digest()
    return tagged_hash(domain, digest)
