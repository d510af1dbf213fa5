"""The ledger's state as records: a base that is durable, and an overlay of what a block changes.

Rules of this file:
1. Records are frozen values; an update is a new value. What `get` returned stays valid for ever.
2. An overlay is a write buffer over one base. `savepoint` / `rollback` undo a failed transaction or a failed proposal.
3. Order comes from indexes only (records/kind.py).

Store layout: b"s" + key hash -> kind tag byte + record bytes; b"o" + index tag byte + encoded order key -> key parts.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Protocol, TypeVar

import msgspec

from tokens.codec import encode
from tokens.records.kind import Index, Key, RecordKind, encode_key

R = TypeVar("R", bound=msgspec.Struct)

RECORD_PREFIX = b"s"
INDEX_PREFIX = b"o"


class StateBase(Protocol):
    """What an overlay stands on: the state after a decided block."""

    def read(self, kind: RecordKind[R], key: Key) -> R | None:
        """The record, or None."""

    def scan(self, index: int, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Key]]:
        """(order key, record key) pairs with start <= order key < stop, ascending."""


class Changes(msgspec.Struct, frozen=True):
    """What an overlay changed, in an order that is the same everywhere (by kind tag, then key)."""

    records: tuple[tuple[RecordKind[msgspec.Struct], Key, bytes, bytes | None], ...]
    """(kind, key, key hash, encoded record or None if deleted)."""
    index: tuple[tuple[int, bytes, Key | None], ...]
    """(index tag, order key, record key or None if removed)."""

    def writes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Pairs for the store: raw key -> value, None = delete."""
        for kind, _, key_hash, data in self.records:
            value = None if data is None else bytes([kind.tag]) + data
            yield RECORD_PREFIX + key_hash, value
        for tag, order, key in self.index:
            yield INDEX_PREFIX + bytes([tag]) + order, None if key is None else encode(key)


class Overlay:
    """A block's writes over a base. Not thread-safe; one owner."""

    __slots__ = ("_base", "_index", "_journal", "_records")

    def __init__(self, base: StateBase) -> None:
        self._base = base
        self._records: dict[tuple[int, Key], tuple[RecordKind[msgspec.Struct], object]] = {}
        self._index: dict[int, dict[bytes, Key | None]] = {}
        self._journal: list[tuple[dict[object, object], object, object]] = []

    def get(self, kind: RecordKind[R], *key: object) -> R | None:
        """The record as this overlay sees it, or None."""
        found = self._records.get((kind.tag, key))  # type: ignore[arg-type]
        if found is not None:
            return found[1]  # type: ignore[return-value]
        return self._base.read(kind, key)  # type: ignore[arg-type]

    def put(self, kind: RecordKind[R], record: R) -> None:
        """Insert or replace."""
        key = kind.key(record)
        if kind.indexes:
            old = self.get(kind, *key)
            for index in kind.indexes:
                if old is None or not index.static:
                    self._move(index, old, record, key)
        self._set(self._records, (kind.tag, key), (kind, record))

    def delete(self, kind: RecordKind[R], *key: object) -> None:
        """Remove; nothing happens if it is not there."""
        old = self.get(kind, *key)
        if old is None:
            return
        for index in kind.indexes:
            self._move(index, old, None, key)  # type: ignore[arg-type]
        self._set(self._records, (kind.tag, key), (kind, None))

    def scan(
        self,
        kind: RecordKind[R],
        index: Index[R],
        prefix: Key = (),
        *,
        after: Key | None = None,
        limit: int,
    ) -> list[R]:
        """At most `limit` records in index order whose order key begins with `prefix`, after `after`.

        `after` is a full order key (exclusive). Costs O(limit + overlay entries of the index).
        """
        start = encode_key(prefix)
        stop = _prefix_end(start)
        if after is not None:
            start = max(start, encode_key(after) + b"\x00")
        out: list[R] = []
        for _, key in self._merged(index.tag, start, stop):
            record = self.get(kind, *key)
            if record is not None:
                out.append(record)
            if len(out) >= limit:
                break
        return out

    def savepoint(self) -> int:
        """A mark to roll back to."""
        return len(self._journal)

    def rollback(self, savepoint: int) -> None:
        """Undo every write since the mark."""
        while len(self._journal) > savepoint:
            table, key, old = self._journal.pop()
            if old is _ABSENT:
                del table[key]
            else:
                table[key] = old

    def changes(self) -> Changes:
        """All writes so far. Records that equal the base's are left in: equal on all nodes."""
        ordered = sorted(
            self._records.items(), key=lambda item: (item[0][0], _sort_key(item[0][1]))
        )
        records = []
        for (_, key), (kind, record) in ordered:
            data = None if record is None else encode(record)
            records.append((kind, key, kind.key_hash(key), data))
        index = [
            (tag, order, entries[order])
            for tag, entries in sorted(self._index.items())
            for order in sorted(entries)
        ]
        return Changes(tuple(records), tuple(index))

    def _set(self, table: dict[object, object], key: object, value: object) -> None:  # type: ignore[misc]
        self._journal.append((table, key, table.get(key, _ABSENT)))
        table[key] = value

    def _move(self, index: Index[R], old: R | None, new: R | None, key: Key) -> None:
        before = None if old is None else index.order(old)
        after = None if new is None else index.order(new)
        if before == after:
            return
        entries = self._index.setdefault(index.tag, {})
        if before is not None:
            self._set(entries, encode_key(before), None)  # type: ignore[arg-type]
        if after is not None:
            self._set(entries, encode_key(after), key)  # type: ignore[arg-type]

    def _merged(self, tag: int, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Key]]:
        own = self._index.get(tag)
        if not own:
            yield from self._base.scan(tag, start, stop)
            return
        orders = sorted(own)
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


_ABSENT = object()


def _sort_key(key: Key) -> bytes:
    return encode_key(key)


def _prefix_end(prefix: bytes) -> bytes:
    """Smallest bytes above everything that begins with prefix."""
    trimmed = prefix.rstrip(b"\xff")
    if not trimmed:
        return b"\xff" * 80
    return trimmed[:-1] + bytes([trimmed[-1] + 1])
