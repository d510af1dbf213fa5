"""The commitment to the state: buckets of records under a 16-ary Merkle tree (docs/adr/0001).

Rules of this file:
1. A record lies in the bucket of the first d bits of its key hash. A bucket is a range scan of the
   store; only its hash is kept. The tree is one flat bytearray, root first.
2. `preview` changes nothing: several proposals may be computed on one parent. `apply` takes the
   delta of the one that was decided, after its records were written.
3. The tree and the store stand at the same height whenever `preview` runs.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

from tokens.proof import StateProof
from tokens.state import RECORD_PREFIX, Changes

HASH = 32
PAIR = 2 * HASH
ARITY_BITS = 4
DEPTH_BITS_MAX = 28

CACHE_BUCKETS_MAX = 131_072
"""Hot buckets in memory, about 400 bytes each; the least recently used leaves first."""

Scan = Callable[[bytes, bytes], Iterator[tuple[bytes, bytes]]]
"""(start, stop) -> (raw key, stored value) of the store, ascending: RawStore.iterate."""

_BUCKET = sha256(b"mohur/bucket/v1\x00")
_NODE = sha256(b"mohur/node/v1\x00")
_ENTRY = sha256(b"mohur/entry/v1\x00")
_ROOT = sha256(b"mohur/state/v1\x00")


def bucket_hash(pairs: bytes) -> bytes:
    """Hash of a bucket: its (key hash, entry hash) pairs in ascending order, 64 bytes each."""
    state = _BUCKET.copy()
    state.update(pairs)
    return state.digest()


def entry_hash(key_hash: bytes, value: bytes) -> bytes:
    """Hash of one record over key hash and value: a proof shows no other holder's record."""
    state = _ENTRY.copy()
    state.update(key_hash + value)
    return state.digest()


def node_hash(children: bytes | bytearray) -> bytes:
    """Hash of an inner node: its 2 to 16 children, 32 bytes each."""
    state = _NODE.copy()
    state.update(children)
    return state.digest()


def state_root(depth_bits: int, top: bytes) -> bytes:
    """Root of the state: the depth and the hash at the top of the tree."""
    state = _ROOT.copy()
    state.update(bytes([depth_bits]) + top)
    return state.digest()


_AFTER_RECORDS = bytes([RECORD_PREFIX[0] + 1])
ALL_RECORDS = (RECORD_PREFIX, _AFTER_RECORDS)
"""(start, stop) of a scan of all records."""
EMPTY_BUCKET = bucket_hash(b"")
"""Hash of a bucket without records."""


class Delta(NamedTuple):
    """What a block does to the commitment."""

    version: int
    """`Commitment.version` that it was computed on."""
    buckets: dict[int, bytes]
    """Bucket -> its new pairs."""
    nodes: dict[int, bytes]
    """Place in the tree (in hashes) -> its new hash."""
    root: bytes
    """State root with these."""


class Leaves:
    """Bucket hashes from a scan of all records, row by row, in the order of key hashes."""

    __slots__ = ("_bucket", "_hashes", "_pairs", "_shift")

    def __init__(self, depth_bits: int) -> None:
        self._hashes = bytearray(EMPTY_BUCKET * (1 << depth_bits))
        self._shift = 32 - depth_bits
        self._bucket = -1
        self._pairs: list[bytes] = []

    def take(self, raw: bytes, value: bytes) -> None:
        """The next row: raw key and stored value."""
        key_hash = raw[1:]
        bucket = int.from_bytes(key_hash[:4], "big") >> self._shift
        if bucket != self._bucket:
            self._close()
            self._bucket = bucket
        self._pairs.append(key_hash + entry_hash(key_hash, value))

    def taken(self) -> bytes:
        """All bucket hashes, after the last row."""
        self._close()
        return bytes(self._hashes)

    def _close(self) -> None:
        if self._pairs:
            at = self._bucket * HASH
            self._hashes[at : at + HASH] = bucket_hash(b"".join(self._pairs))
            self._pairs = []


class StaleDelta(Exception):
    """A delta of another parent state was applied: an error of the caller."""


class Commitment:
    """Hashes of all buckets and the tree above them. Memory: about 34 x 2^d bytes and the cache."""

    __slots__ = ("_cache", "_cache_max", "_levels", "_tree", "depth_bits", "root", "version")

    def __init__(
        self,
        depth_bits: int,
        leaves: bytes | None = None,
        cache_buckets_max: int = CACHE_BUCKETS_MAX,
    ) -> None:
        """The tree over `leaves` (2^d bucket hashes; none: an empty state).

        `depth_bits` = d, 1..28, fixed in genesis. Raises ValueError.
        """
        if not 1 <= depth_bits <= DEPTH_BITS_MAX:
            raise ValueError(f"depth of {depth_bits} bits is not 1..{DEPTH_BITS_MAX}")
        if leaves is None:
            leaves = EMPTY_BUCKET * (1 << depth_bits)
        if len(leaves) != HASH << depth_bits:
            raise ValueError(f"{len(leaves)} bytes are not 2^{depth_bits} hashes")
        self.depth_bits = depth_bits
        self.version = 0
        """Deltas applied so far."""
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._cache_max = cache_buckets_max
        self._levels = _levels(depth_bits)
        self._tree = _tree_over(leaves, self._levels)
        self.root = state_root(depth_bits, bytes(self._tree[:HASH]))
        """State root at this version."""

    @classmethod
    def rebuild(cls, depth_bits: int, scan: Scan) -> "Commitment":
        """From a full scan of the store: one pass in the order of key hashes."""
        leaves = Leaves(depth_bits)
        for raw, value in scan(*ALL_RECORDS):
            leaves.take(raw, value)
        return cls(depth_bits, leaves.taken())

    def leaves(self) -> bytes:
        """All bucket hashes: a checkpoint that the constructor takes back."""
        offset, width, _ = self._levels[-1]
        return bytes(self._tree[offset * HASH : (offset + width) * HASH])

    def level(self, bits: int) -> bytes:
        """The hashes of the level with 2^bits nodes, 32 bytes each. ValueError if there is none."""
        for offset, width, _ in self._levels:
            if width == 1 << bits:
                return bytes(self._tree[offset * HASH : (offset + width) * HASH])
        raise ValueError(f"no level of {bits} bits in a tree of {self.depth_bits}")

    def preview(self, changes: Changes, scan: Scan) -> tuple[bytes, Delta]:
        """State root after `changes`, and the delta to it. Changes nothing but the cache."""
        buckets = self._buckets_after(changes, scan)
        dirty = {bucket: bucket_hash(pairs) for bucket, pairs in buckets.items()}
        nodes: dict[int, bytes] = {}
        tree = self._tree
        for offset, _, bits in reversed(self._levels[1:]):
            mask = (1 << bits) - 1
            size = HASH << bits
            families: dict[int, bytearray] = {}
            for place, digest in dirty.items():
                nodes[offset + place] = digest
                above = place >> bits
                family = families.get(above)
                if family is None:
                    first = offset * HASH + above * size
                    family = families[above] = tree[first : first + size]
                at = (place & mask) * HASH
                family[at : at + HASH] = digest
            dirty = {above: node_hash(family) for above, family in families.items()}
        root = self.root
        if dirty:
            nodes[0] = dirty[0]
            root = state_root(self.depth_bits, dirty[0])
        return root, Delta(self.version, buckets, nodes, root)

    def apply(self, delta: Delta) -> None:
        """Take over the delta of the decided block. Raises StaleDelta."""
        if delta.version != self.version:
            raise StaleDelta(f"a delta of version {delta.version} at version {self.version}")
        tree = self._tree
        for place, digest in delta.nodes.items():
            tree[place * HASH : (place + 1) * HASH] = digest
        cache = self._cache
        for bucket, pairs in delta.buckets.items():
            cache[bucket] = pairs
            cache.move_to_end(bucket)
        while len(cache) > self._cache_max:
            cache.popitem(last=False)
        self.root = delta.root
        self.version += 1

    def prove(self, key_hash: bytes, scan: Scan) -> StateProof:
        """Proof of the record of a key hash, or of its absence (proof.py checks it)."""
        bucket = int.from_bytes(key_hash[:4], "big") >> (32 - self.depth_bits)
        pairs = self._pairs(bucket, scan)
        siblings = []
        place = bucket
        for offset, _, bits in reversed(self._levels[1:]):
            size = HASH << bits
            first = offset * HASH + (place >> bits) * size
            family = self._tree[first : first + size]
            at = (place & ((1 << bits) - 1)) * HASH
            del family[at : at + HASH]
            siblings.append(bytes(family))
            place >>= bits
        return StateProof(depth_bits=self.depth_bits, pairs=pairs, siblings=tuple(siblings))

    def _buckets_after(self, changes: Changes, scan: Scan) -> dict[int, bytes]:
        buckets: dict[int, bytes] = {}
        shift = 32 - self.depth_bits
        for _, _, key_hash, value, _ in changes.records:
            bucket = int.from_bytes(key_hash[:4], "big") >> shift
            pairs = buckets.get(bucket)
            if pairs is None:
                pairs = self._pairs(bucket, scan)
            entry = None if value is None else entry_hash(key_hash, value)
            buckets[bucket] = replaced(pairs, key_hash, entry)
        return buckets

    def _pairs(self, bucket: int, scan: Scan) -> bytes:
        cache = self._cache
        pairs = cache.get(bucket)
        if pairs is not None:
            cache.move_to_end(bucket)
            return pairs
        shift = 256 - self.depth_bits
        last = bucket + 1 == 1 << self.depth_bits
        stop = _AFTER_RECORDS if last else _start(bucket + 1, shift)
        parts = [
            raw[1:] + entry_hash(raw[1:], value) for raw, value in scan(_start(bucket, shift), stop)
        ]
        pairs = cache[bucket] = b"".join(parts)
        if len(cache) > self._cache_max:
            cache.popitem(last=False)
        return pairs


def replaced(pairs: bytes, key_hash: bytes, entry: bytes | None) -> bytes:
    """The pairs of a bucket with one entry put in, replaced, or (None) taken out."""
    at = pairs.find(key_hash)
    while at > 0 and at % PAIR:
        at = pairs.find(
            key_hash, at + 1
        )  # inside a pair: a chance of 2^-256, yet it must not matter
    new = b"" if entry is None else key_hash + entry
    if at >= 0:
        return pairs[:at] + new + pairs[at + PAIR :]
    at = 0
    while at < len(pairs) and pairs[at : at + HASH] < key_hash:
        at += PAIR
    return pairs[:at] + new + pairs[at:]


Level = tuple[int, int, int]
"""(offset in hashes, width, bits of the fan-out to the level above), top first."""


def _start(bucket: int, shift: int) -> bytes:
    return RECORD_PREFIX + (bucket << shift).to_bytes(HASH, "big")


def _levels(depth_bits: int) -> tuple[Level, ...]:
    levels: list[Level] = [(0, 1, 0)]
    depth, offset = 0, 1
    while depth < depth_bits:
        bits = depth_bits % ARITY_BITS or ARITY_BITS if depth == 0 else ARITY_BITS
        depth += bits
        levels.append((offset, 1 << depth, bits))
        offset += 1 << depth
    return tuple(levels)


def _tree_over(leaves: bytes, levels: tuple[Level, ...]) -> bytearray:
    parts = [leaves]
    for _, width, bits in reversed(levels[1:]):
        below, size = parts[-1], HASH << bits
        families = (below[at : at + size] for at in range(0, width * HASH, size))
        above = [node_hash(family) for family in families]
        parts.append(b"".join(above))
    return bytearray(b"".join(reversed(parts)))
