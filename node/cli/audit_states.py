"""Checks the history of states: undone block by block from the tip, it must give every signed root.

Rules of this file:
1. The state at the tip was checked before. What a block overwrote is put back, and the root of the
   state before it is the one in its header: no replay, so this holds below what blocks reach, too.
2. Indexes are under no root: their rows of the history must be what follows from the records'.
"""

from __future__ import annotations

from node.chain import Chain
from node.cli.audit_found import AuditFailed
from node.storage.kv import StoreView
from node.storage.past_store import HEIGHT_BYTES, PastStore
from node.storage.state_history import PAST_PREFIX, height_bytes
from tokens.records import KIND_OF
from tokens.state import INDEX_PREFIX, RECORD_PREFIX, Changes, RecordChange
from tokens.store import decode_record, index_rows

Rows = dict[bytes, bytes]
UNBOUNDED = 2**62


def audit_states(chain: Chain) -> int:
    """How many past states are kept, all of them right. Uses up the chain. AuditFailed."""
    first, tip = chain.states.row.first, chain.tip.height
    view = chain.view()
    try:
        listed = sum(_undo(chain, view, height) for height in range(tip, first, -1))
        found = _count(view, first)
    finally:
        view.close()
    if found != listed:
        raise AuditFailed(f"past states: {found} rows are kept, the blocks list {listed}")
    return tip - first


def _undo(chain: Chain, view: StoreView, height: int) -> int:
    """Take the commitment to the state before a block; how many rows the block changed."""
    keys, block = chain.states.changed(height), chain.blocks.row(height)
    if keys is None or block is None:
        raise AuditFailed(f"past states: nothing is kept of block {height}")
    after = PastStore(view, height, UNBOUNDED)
    records: list[RecordChange] = []
    was, became, kept = Rows(), Rows(), dict[bytes, bytes | None]()
    for key in keys:
        before = view.get(PAST_PREFIX + key + height_bytes(height))
        if before is None:
            raise AuditFailed(f"past states: a row that block {height} changed is missing")
        if key.startswith(INDEX_PREFIX):
            kept[key] = before or None
            continue
        value = after.get(key)
        was |= _index_rows(before)
        became |= _index_rows(value or b"")
        kind = KIND_OF.get((before or value or b"\0")[0])
        if kind is None:
            raise AuditFailed(f"past states: block {height} is said to change what never was")
        records.append((kind, (), key.removeprefix(RECORD_PREFIX), before or None, None))
    moved = {row: was.get(row) for row in {**was, **became} if was.get(row) != became.get(row)}
    if moved != kept:
        raise AuditFailed(
            f"past states: the lists before block {height} are not those of the records"
        )
    commitment = chain.ledger.commitment
    root, delta = commitment.preview(Changes(tuple(records), ()), after.iterate)
    if root != block.header.parent_state_root:
        raise AuditFailed(
            f"past states: the state before block {height} has root 0x{root.hex()}, a quorum has "
            f"signed 0x{block.header.parent_state_root.hex()}"
        )
    commitment.apply(delta)
    return len(keys)


def _index_rows(value: bytes) -> Rows:
    """Raw key -> encoded record key of the lists that a stored record stands in; b"": none."""
    if not value:
        return {}
    kind = KIND_OF.get(value[0])
    if kind is None:
        raise AuditFailed(f"past states: a record of unknown kind {value[0]}")
    return dict(index_rows(kind, decode_record(kind, value)))


def _count(view: StoreView, first: int) -> int:
    """Rows of blocks above `first`."""
    above = height_bytes(first + 1)
    rows = view.iterate_keys(PAST_PREFIX, bytes([PAST_PREFIX[0] + 1]))
    return sum(1 for row in rows if row[-HEIGHT_BYTES:] >= above)
