"""What states were before each block: rows that let the state after an old block be read.

Rules of this file:
1. The history is this node's own: under no root, in no snapshot, and derived from blocks. A node
   that begins from a snapshot has it from there on (ADR 0024).
2. Rows (heights 8 bytes, big-endian; KEY: the whole key of a row `s` or `o` of the state):
       b"p" KEY height  -> what the row held before the block of this height; empty: nothing
       b"c" height      -> tuple of the KEYs that the block changed: what to remove one day
       b"mstates"       -> HistoryRow
   No KEY begins with another one (tokens/records/kind.py), so the rows of a KEY lie together.
3. The rows of a block are in the block's own batch, and so is the removal of old ones: after a
   crash both are there or neither.
4. A block for which nothing was written ends the history: what is older is never read again, and
   is removed little by little.
"""

import struct
from collections.abc import Iterable
from typing import Annotated

import msgspec

from node.storage.kv import Batch, KeyValueStore

PAST_PREFIX = b"p"
CHANGED_PREFIX = b"c"
HISTORY_KEY = b"mstates"
ALL = 2**62
"""As `retain`: every past state."""
SWEPT_PER_BLOCK_MAX = 4
"""Old blocks whose rows are removed with a new one: one a block in the long run, more while the
operator's new, shorter retention is worked off."""

_HEIGHT = struct.Struct(">Q")
_Height = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class HistoryRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How far back the history goes."""

    first: _Height
    """Lowest height whose state can be read."""
    swept: _Height
    """The rows of blocks up to this height are removed."""


_encode = msgspec.msgpack.Encoder().encode
_decode_row = msgspec.msgpack.Decoder(HistoryRow).decode
_decode_keys = msgspec.msgpack.Decoder(tuple[bytes, ...]).decode


def height_bytes(height: int) -> bytes:
    """The end of a row's key."""
    return _HEIGHT.pack(height)


def changed_key(height: int) -> bytes:
    """Where the list of what a block changed lies."""
    return CHANGED_PREFIX + _HEIGHT.pack(height)


class StateHistory:
    """Writes the rows, and knows from which height on they are whole."""

    __slots__ = ("_is_swept", "_store", "_written", "retain", "row")

    def __init__(self, store: KeyValueStore, tip_height: int) -> None:
        """The history of a store whose newest block is that of `tip_height`."""
        self._store = store
        self.retain = 0
        """States to keep below the newest one; 0: none, `ALL`: all."""
        data = store.get(HISTORY_KEY)
        self._written = None if data is None else _decode_row(data)
        newest = next(
            store.iterate_keys(CHANGED_PREFIX, changed_key(ALL), limit=1, reverse=True), None
        )
        self.row = self._written or HistoryRow(first=tip_height, swept=0)
        """As of the newest block; the chain moves it after the batch that did."""
        reached = self.row.first if newest is None else int(_HEIGHT.unpack(newest[1:])[0])
        if reached != tip_height:
            self.row = HistoryRow(first=tip_height, swept=self.row.swept)
        self._is_swept = newest is None

    def oldest(self, tip_height: int) -> int:
        """Lowest height whose state can be read, at most that of the newest block."""
        return self.row.first if self.retain else tip_height

    def extend(
        self, batch: Batch, height: int, overwritten: Iterable[tuple[bytes, bytes | None]]
    ) -> HistoryRow:
        """Put the rows of a block, and removals, into its batch; the row that holds with it.

        Args:
            batch: what the block writes.
            height: of the block.
            overwritten: (KEY, value before or None), each KEY once; not read if `retain` is 0.
        """
        first = height
        if self.retain:
            first = max(self.row.first, height - self.retain)
            self._put(batch, height, overwritten)
        moved = HistoryRow(first=first, swept=self._sweep(batch, first))
        if moved != self._written and (self.retain or not self._is_swept):
            batch.put(HISTORY_KEY, _encode(moved))
        return moved

    def written(self, row: HistoryRow) -> None:
        """The batch of `extend` is durable."""
        if self.retain or not self._is_swept:
            self._written = row
        self.row = row
        self._is_swept = self.retain == 0 and row.swept == row.first

    def changed(self, height: int) -> tuple[bytes, ...] | None:
        """The KEYs that a block changed; None if nothing is kept of it."""
        data = self._store.get(changed_key(height))
        return None if data is None else _decode_keys(data)

    def _put(
        self, batch: Batch, height: int, overwritten: Iterable[tuple[bytes, bytes | None]]
    ) -> None:
        end = _HEIGHT.pack(height)
        put = batch.put
        keys: list[bytes] = []
        for key, before in overwritten:
            keys.append(key)
            put(PAST_PREFIX + key + end, before or b"")
        put(CHANGED_PREFIX + end, _encode(keys))

    def _sweep(self, batch: Batch, first: int) -> int:
        """Remove rows of blocks up to `first`; up to which block none are left."""
        if self._is_swept and self.retain == 0:
            return first
        start, stop = changed_key(self.row.swept + 1), changed_key(first + 1)
        found = list(self._store.iterate(start, stop, limit=SWEPT_PER_BLOCK_MAX))
        for row, keys in found:
            for key in _decode_keys(keys):
                batch.delete(PAST_PREFIX + key + row[1:])
            batch.delete(row)
        if len(found) < SWEPT_PER_BLOCK_MAX:
            return first
        return int(_HEIGHT.unpack(found[-1][0][1:])[0])
