"""Proofs of a past state: its tree is computed from all of its records, in slices (walk.py).

Rules of this file:
1. No tree of an old state is kept. The one that was computed last is, for the next question about
   the same height.
2. Its root is the one that a quorum signed for that height, or nothing is proven: the history of
   states would be damaged.
"""

from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call
from node.rpc.walk import SLICE_ROWS, too_many, turn
from tokens.codec import encode
from tokens.commitment import ALL_RECORDS, Commitment, Leaves
from tokens.parameters import parameter
from tokens.state import RECORD_PREFIX
from tokens.store import DamagedState, RawStore

RECORDS_MAX = 500_000
"""Records of a state that is proven: some seconds of the node's one loop, slice by slice."""
DEPTH_BITS_MAX = 18
"""Of its commitment: the tree has 2^d leaves and is put together in one step."""


class PastTrees:
    """Trees of past states, one at a time."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: Commitment | None = None

    async def of(self, call: Call, rows: RawStore) -> Commitment:
        """The tree of the call's past state. LIMIT_EXCEEDED, DamagedState."""
        root = call.tip.state_root
        if self._kept is None or self._kept.root != root:
            self._kept = await _tree(call, rows)
        if self._kept.root != root:
            raise DamagedState(f"the records of height {call.tip.height} are not those signed")
        return self._kept


async def _tree(call: Call, rows: RawStore) -> Commitment:
    depth = parameter(call.state, "bucket_depth_bits")
    if depth > DEPTH_BITS_MAX:
        message = f"a past state is proven up to {DEPTH_BITS_MAX} bits of depth"
        raise RpcError(RpcCode.LIMIT_EXCEEDED, message)
    leaves = Leaves(depth)
    for number, (raw, value) in enumerate(rows.iterate(*ALL_RECORDS), start=1):
        leaves.take(raw, value)
        if number > RECORDS_MAX:
            raise too_many(RECORDS_MAX, "records")
        if number % SLICE_ROWS == 0:
            await turn()
    return Commitment(depth, leaves.taken(), cache_buckets_max=0)


def prove(
    tree: Commitment, rows: RawStore, kind_tag: int, key_hash: bytes
) -> tuple[bytes | None, bytes]:
    """(record bytes or None, encoded proof): as `NodeApi.prove`, of a past state."""
    value = rows.get(RECORD_PREFIX + key_hash)
    record = None if value is None or value[0] != kind_tag else value[1:]
    return record, encode(tree.prove(key_hash, rows.iterate))
