"""Ranges of buckets as pieces of a snapshot, each checked alone (docs/adr/0011-snapshots.md).

Rules of this file:
1. A chunk is what lies under one node of one level of the state tree (ADR 0001). Which level
   follows from the depth alone, so all nodes cut alike.
2. The hashes of that level are checked against the state root first; then each chunk is checked
   against its own hash, in any order.
3. What comes in is from a stranger: a wrong order, a key of another range or a hash that does not
   fit is None or False, never an exception.
"""

from collections.abc import Iterable, Sequence

from tokens.commitment import ARITY_BITS, EMPTY_BUCKET, HASH, bucket_hash, entry_hash, node_hash
from tokens.commitment import state_root as root_over
from tokens.state import RECORD_PREFIX

LEVEL_BITS_MIN = 6
"""A small tree is cut as finely as it allows up to this: 64 chunks."""
LEVEL_BITS_MAX = 16
"""At most 65,536 chunks."""
BUCKETS_PER_CHUNK_BITS = 8
"""Wanted: 256 buckets in a chunk, about 1,000 records at the planned size."""

Pairs = Sequence[tuple[bytes, bytes]]
"""(key hash, stored value), ascending by key hash."""


def level_bits(depth_bits: int) -> int:
    """log2 of the number of chunks: the deepest level of the tree within the limits above."""
    wanted = max(LEVEL_BITS_MIN, min(LEVEL_BITS_MAX, depth_bits - BUCKETS_PER_CHUNK_BITS))
    most = min(depth_bits, wanted)
    first = depth_bits % ARITY_BITS or ARITY_BITS
    # The top node has 2^first children; below it every level has four bits more.
    return first + (most - first) // ARITY_BITS * ARITY_BITS if first <= most else 0


def chunk_range(depth_bits: int, number: int) -> tuple[bytes, bytes]:
    """(start, stop) of the raw keys of a chunk in the store."""
    bits = level_bits(depth_bits)
    start = RECORD_PREFIX + (number << (256 - bits)).to_bytes(HASH, "big")
    if number + 1 == 1 << bits:
        return start, bytes([RECORD_PREFIX[0] + 1])
    return start, RECORD_PREFIX + ((number + 1) << (256 - bits)).to_bytes(HASH, "big")


def chunk_hash(depth_bits: int, number: int, records: Pairs) -> bytes | None:
    """Hash of the node above a chunk; None if a record is out of order or of another chunk."""
    shift = 256 - depth_bits
    below = depth_bits - level_bits(depth_bits)
    first = number << below
    entries: dict[int, list[bytes]] = {}
    before = b""
    for key_hash, value in records:
        place = (int.from_bytes(key_hash, "big") >> shift) - first
        if len(key_hash) != HASH or key_hash <= before or not 0 <= place < 1 << below:
            return None
        before = key_hash
        entries.setdefault(place, []).append(key_hash + entry_hash(key_hash, value))
    hashes = [EMPTY_BUCKET] * (1 << below)
    for place, parts in entries.items():
        hashes[place] = bucket_hash(b"".join(parts))
    return _above(hashes, below)


def nodes_fit(depth_bits: int, nodes: bytes, root: bytes) -> bool:
    """Whether these are the hashes of the chunks under a state root."""
    bits = level_bits(depth_bits)
    if len(nodes) != HASH << bits:
        return False
    hashes = [nodes[at : at + HASH] for at in range(0, len(nodes), HASH)]
    return root_over(depth_bits, _above(hashes, bits)) == root


def _above(hashes: Iterable[bytes], bits: int) -> bytes:
    """Hash at the top of 2^bits nodes. Below the top all nodes have 16 children."""
    level = list(hashes)
    while bits > 0:
        width = 1 << min(ARITY_BITS, bits)
        level = [node_hash(b"".join(level[at : at + width])) for at in range(0, len(level), width)]
        bits -= min(bits, ARITY_BITS)
    return level[0]
