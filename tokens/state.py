"""The ledger's state as records: a base that is durable, and an overlay of what a block changes.

Rules of this file:
1. Records are frozen values; an update is a new value. What `get` returned stays valid for ever.
2. An overlay is a write buffer over one base. `savepoint` / `rollback` undo a failed transaction
   or proposal.
3. Order comes from indexes only (records/kind.py).

Store layout: b"s" + key hash -> kind tag byte + record bytes; b"o" + index tag byte + encoded
order key -> key parts.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from tokens.codec import encode
from tokens.records.kind import Index, Key, KeyPart, Kind, RecordKind, encode_key, hash_key

R = TypeVar("R", bound=msgspec.Struct)

RECORD_PREFIX = b"s"
INDEX_PREFIX = b"o"
TAG_BYTE = tuple(bytes([tag]) for tag in range(256))

Savepoint = tuple[int, int]
"""Lengths of an overlay's two journals."""

RecordChange = tuple[Kind, Key, bytes, bytes | None, object]
"""(kind, key, key hash, stored value = tag byte + record bytes or None if deleted, record or
None)."""


class StateBase(Protocol):
    """What an overlay stands on: the state after a decided block."""

    def read(self, kind: RecordKind[R], key: Key) -> R | None:
        """The record, or None."""

    def scan(self, index: int, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Key]]:
        """(order key, record key) pairs with start <= order key < stop, ascending."""


class Changes(msgspec.Struct, frozen=True):
    """What an overlay changed, in the same order everywhere: by kind tag, then encoded key."""

    records: tuple[RecordChange, ...]
    index: tuple[tuple[int, bytes, Key | None], ...]
    """(index tag, order key, record key or None if removed)."""

    def writes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Pairs for the store: raw key -> value, None = delete. Records were encoded before."""
        for _, _, key_hash, value, _ in self.records:
            yield RECORD_PREFIX + key_hash, value
        for tag, order, key in self.index:
            yield INDEX_PREFIX + TAG_BYTE[tag] + order, None if key is None else encode(key)


class IndexWrites(NamedTuple):
    """What an overlay wrote into one index."""

    keys: dict[bytes, Key | None]
    """Order key -> record key, or None if removed."""
    orders: list[bytes]
    """The order keys, ascending."""


class Overlay:
    """A block's writes over a base. Not thread-safe; one owner; lives for one block or one request.

    Holds what was read and written through it, each once.
    """

    __slots__ = ("_base", "_index", "_index_journal", "_record_journal", "_records", "_view")

    def __init__(self, base: StateBase) -> None:
        self._base = base
        self._view: dict[tuple[int, Key], object] = {}
        """What `get` answers: own writes, and the base's records that were asked for."""
        self._records: dict[tuple[int, Key], tuple[Kind, object]] = {}
        self._index: dict[int, IndexWrites] = {}
        self._record_journal: list[tuple[tuple[int, Key], tuple[Kind, object] | None]] = []
        self._index_journal: list[tuple[IndexWrites, bytes, Key | None, bool]] = []

    def get(self, kind: RecordKind[R], *key: KeyPart) -> R | None:
        """The record as this overlay sees it, or None."""
        place = (kind.tag, key)
        try:
            return self._view[place]  # type: ignore[return-value]
        except KeyError:
            record = self._view[place] = self._base.read(kind, key)
            return record

    def put(self, kind: RecordKind[R], record: R) -> None:
        """Insert or replace."""
        key = kind.key(record)
        place = (kind.tag, key)
        if kind.indexes:
            old = self.get(kind, *key)
            for index in kind.indexes:
                if old is None or not index.static:
                    self._move(index, old, record, key)
        self._record_journal.append((place, self._records.get(place)))
        self._records[place] = (kind, record)
        self._view[place] = record

    def delete(self, kind: RecordKind[R], *key: KeyPart) -> None:
        """Remove; nothing happens if it is not there."""
        old = self.get(kind, *key)
        if old is None:
            return
        for index in kind.indexes:
            self._move(index, old, None, key)
        place = (kind.tag, key)
        self._record_journal.append((place, self._records.get(place)))
        self._records[place] = (kind, None)
        self._view[place] = None

    def scan(
        self,
        kind: RecordKind[R],
        index: Index[R],
        prefix: Key = (),
        *,
        after: Key | None = None,
        limit: int,
    ) -> list[R]:
        """At most `limit` records in index order whose order key begins with `prefix`.

        They come after `after`, a full order key (exclusive).
        Costs O(limit + overlay entries of the index).
        """
        start = encode_key(prefix)
        stop = prefix_end(start)
        if after is not None:
            start = max(start, encode_key(after) + b"\x00")
        out: list[R] = []
        if limit <= 0:
            return out
        for _, key in self._merged(index.tag, start, stop):
            record = self.get(kind, *key)
            if record is not None:
                out.append(record)
                if len(out) >= limit:
                    break
        return out

    def count(self, index: Index[R], prefix: Key, *, limit: int) -> int:
        """How many entries of an index begin with a prefix, at most `limit`; reads no record."""
        start = encode_key(prefix)
        entries = self._merged(index.tag, start, prefix_end(start))
        return sum(1 for _ in islice(entries, limit))

    def first_written(self, kind: RecordKind[R], index: Index[R]) -> R | None:
        """The first record of an index among those that this overlay wrote, or None."""
        writes = self._index.get(index.tag)
        if writes is None:
            return None
        for order in writes.orders:
            key = writes.keys[order]
            if key is not None:
                return self.get(kind, *key)
        return None

    def savepoint(self) -> Savepoint:
        """A mark to roll back to."""
        return (len(self._record_journal), len(self._index_journal))

    def rollback(self, savepoint: Savepoint) -> None:
        """Undo every write since the mark."""
        records, index = savepoint
        while len(self._record_journal) > records:
            place, before = self._record_journal.pop()
            if before is None:
                del self._records[place]
                del self._view[place]
            else:
                self._records[place] = before
                self._view[place] = before[1]
        while len(self._index_journal) > index:
            writes, order, key, known = self._index_journal.pop()
            if known:
                writes.keys[order] = key
            else:
                del writes.keys[order]
                del writes.orders[bisect_left(writes.orders, order)]

    def changes(self) -> Changes:
        """All writes so far. Records that equal the base's are left in: equal on all nodes."""
        ordered = sorted(
            [
                (tag, encode_key(key), key, kind, record)
                for (tag, key), (kind, record) in self._records.items()
            ],
            key=_place,
        )
        records: list[RecordChange] = [
            (
                kind,
                key,
                hash_key(tag, encoded),
                None if record is None else TAG_BYTE[tag] + encode(record),
                record,
            )
            for tag, encoded, key, kind, record in ordered
        ]
        index = [
            (tag, order, writes.keys[order])
            for tag, writes in sorted(self._index.items())
            for order in writes.orders
        ]
        return Changes(tuple(records), tuple(index))

    def _move(self, index: Index[R], old: R | None, new: R | None, key: Key) -> None:
        before = None if old is None else index.order(old)
        after = None if new is None else index.order(new)
        if before == after:
            return
        writes = self._index.get(index.tag)
        if writes is None:
            writes = self._index[index.tag] = IndexWrites({}, [])
        if before is not None:
            self._set_entry(writes, encode_key(before), None)
        if after is not None:
            self._set_entry(writes, encode_key(after), key)

    def _set_entry(self, writes: "IndexWrites", order: bytes, key: Key | None) -> None:
        known = order in writes.keys
        self._index_journal.append((writes, order, writes.keys.get(order), known))
        writes.keys[order] = key
        if not known:
            insort(writes.orders, order)

    def _merged(self, tag: int, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Key]]:
        writes = self._index.get(tag)
        if writes is None:
            yield from self._base.scan(tag, start, stop)
            return
        own, orders = writes
        at = bisect_left(orders, start)
        for order, key in self._base.scan(tag, start, stop):
            while at < len(orders) and orders[at] < order:
                if (mine := own[orders[at]]) is not None:
                    yield orders[at], mine
                at += 1
            if at < len(orders) and orders[at] == order:
                continue
            yield order, key
        while at < len(orders) and orders[at] < stop:
            if (mine := own[orders[at]]) is not None:
                yield orders[at], mine
            at += 1


def prefix_end(prefix: bytes) -> bytes:
    """Smallest bytes above everything that begins with prefix."""
    trimmed = prefix.rstrip(b"\xff")
    if not trimmed:
        return b"\xff" * 300
    return trimmed[:-1] + bytes([trimmed[-1] + 1])


def _place(entry: tuple[int, bytes, Key, Kind, object]) -> tuple[int, bytes]:
    return entry[:2]
