"""The durable base of the state: decoded records and index ranges of an ordered byte store.

Rules of this file:
1. The store is the truth; the cache holds decoded records of the same height and is bounded by
   count.
2. After a block is written, `absorb` puts its records into the cache, and what it listed before
   the known front of an index moves that front; nothing else changes them but reads.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import msgspec

from tokens.codec import encode
from tokens.fronts import Fronts
from tokens.records import KIND_OF
from tokens.records.kind import Key, Kind, RecordKind, encode_key, hash_key
from tokens.state import INDEX_PREFIX, RECORD_PREFIX, TAG_BYTE, Changes, prefix_end

R = TypeVar("R", bound=msgspec.Struct)

CACHE_RECORDS_MAX = 200_000
"""Decoded records in memory, about 600 bytes each; the least recently used leaves first."""

_UNKNOWN = object()
"""Not in the cache."""
_decode_parts = msgspec.msgpack.Decoder(tuple).decode


_decoders: dict[int, msgspec.msgpack.Decoder[msgspec.Struct]] = {
    kind.tag: msgspec.msgpack.Decoder(kind.struct) for kind in KIND_OF.values()
}


class DamagedState(Exception):
    """The store does not hold what the ledger wrote: end the process, rebuild from peers."""


class RawStore(Protocol):
    """An ordered map of bytes, as node/storage opens it."""

    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""

    def iterate(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """(key, value) pairs with start <= key < stop, ascending."""


class StoreState:
    """A StateBase over a raw store, with a bounded cache of decoded records.

    A cached None means: known to be absent.
    """

    __slots__ = ("_cache", "_cache_max", "_fronts", "_store")

    def __init__(self, store: RawStore, cache_records_max: int = CACHE_RECORDS_MAX) -> None:
        self._store = store
        self._cache: OrderedDict[tuple[int, Key], object] = OrderedDict()
        self._cache_max = cache_records_max
        self._fronts = Fronts()

    def read(self, kind: RecordKind[R], key: Key) -> R | None:
        """The record, or None. Raises DamagedState if its bytes are not of its kind."""
        place = (kind.tag, key)
        cache = self._cache
        try:
            record = cache[place]
        except KeyError:
            record = self._load(kind, key)
            cache[place] = record
            if len(cache) > self._cache_max:
                cache.popitem(last=False)
            return record  # type: ignore[return-value]
        cache.move_to_end(place)
        return record  # type: ignore[return-value]

    def scan(self, index: int, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Key]]:
        """(order key, record key) pairs with start <= order key < stop, ascending."""
        prefix = INDEX_PREFIX + TAG_BYTE[index]
        whole = stop == prefix_end(start)
        begin = self._fronts.of(index, start) if whole else start
        if begin >= stop:
            return
        for raw, value in self._store.iterate(prefix + begin, prefix + stop):
            if whole:
                whole = False
                self._fronts.found(index, start, raw[2:])
            yield raw[2:], _decode_parts(value)
        if whole:
            self._fronts.found(index, start, stop)

    def absorb(self, changes: Changes) -> None:
        """Take the records of a block that was just written."""
        cache = self._cache
        for kind, key, _, _, record in changes.records:
            place = (kind.tag, key)
            cache[place] = record
            cache.move_to_end(place)
        while len(cache) > self._cache_max:
            cache.popitem(last=False)
        for tag, order, listed in changes.index:
            if listed is not None:
                self._fronts.written(tag, order)

    def overwritten(self, changes: Changes) -> Iterator[tuple[bytes, bytes | None]]:
        """(raw key, value before or None) of each row that a block changes, before it is absorbed.

        A record in the cache is encoded again instead of read: its bytes are canonical. A row that
        is put as it was is left out.
        """
        cache = self._cache
        for kind, key, key_hash, value, _ in changes.records:
            raw = RECORD_PREFIX + key_hash
            old = cache.get((kind.tag, key), _UNKNOWN)
            if old is _UNKNOWN:
                before = self._store.get(raw)
            else:
                before = None if old is None else TAG_BYTE[kind.tag] + encode(old)
            if before != value:
                yield raw, before
        for tag, order, listed in changes.index:
            raw = INDEX_PREFIX + TAG_BYTE[tag] + order
            before = self._store.get(raw)
            if before != (None if listed is None else encode(listed)):
                yield raw, before

    def _load(self, kind: RecordKind[R], key: Key) -> object:
        value = self._store.get(RECORD_PREFIX + hash_key(kind.tag, encode_key(key)))
        if value is None:
            return None
        if value[0] != kind.tag:
            raise DamagedState(f"a {kind.name} is stored under kind {value[0]}")
        return decode_record(kind, value)


def decode_record(kind: Kind, value: bytes) -> msgspec.Struct:
    """The record of a stored value (tag byte + bytes). Raises DamagedState."""
    try:
        return _decoders[kind.tag].decode(memoryview(value)[1:])
    except msgspec.DecodeError as error:
        raise DamagedState(f"a stored {kind.name} does not decode: {error}") from None


def all_records(store: RawStore) -> Iterator[tuple[Kind, bytes, msgspec.Struct]]:
    """(kind, key hash, record) of the whole state in order of key hashes."""
    for raw, value in store.iterate(RECORD_PREFIX, bytes([RECORD_PREFIX[0] + 1])):
        kind = KIND_OF.get(value[0])
        if kind is None:
            raise DamagedState(f"a record of unknown kind {value[0]}")
        yield kind, raw[1:], decode_record(kind, value)


def index_rows(kind: Kind, record: msgspec.Struct) -> list[tuple[bytes, bytes]]:
    """(raw key, encoded record key) of the lists that a record stands in."""
    key = encode(kind.key_of(record))
    return [
        (INDEX_PREFIX + TAG_BYTE[tag] + encode_key(order), key)
        for tag, order in kind.orders_of(record)
    ]


class MemoryStore:
    """A RawStore in memory for tests, tools and genesis: as large as what is put in."""

    __slots__ = ("_keys", "_values")

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._keys: list[bytes] = []

    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""
        return self._values.get(key)

    def iterate(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """(key, value) pairs with start <= key < stop, ascending."""
        for key in self._keys[bisect_left(self._keys, start) : bisect_left(self._keys, stop)]:
            yield key, self._values[key]

    def write(self, pairs: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Put, or delete where the value is None."""
        for key, value in pairs:
            known = key in self._values
            if value is not None:
                self._values[key] = value
                if not known:
                    insort(self._keys, key)
            elif known:
                del self._values[key]
                del self._keys[bisect_left(self._keys, key)]
