"""The store of tests and simulations: the same answers as LevelDB, nothing on disk."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from node.storage.kv import RESERVED_PREFIX, Batch, StoreClosed


class MemoryStore:
    """A sorted list of keys and a dict. Inserting is linear: for thousands of keys."""

    __slots__ = ("_closed", "_keys", "_values")

    def __init__(self) -> None:
        self._keys: list[bytes] = []
        self._values: dict[bytes, bytes] = {}
        self._closed = False

    def get(self, key: bytes) -> bytes | None:
        """See `KeyValueStore.get`."""
        self._check_open()
        return self._values.get(key)

    def iterate(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """See `KeyValueStore.iterate`; the range is copied now, which makes it a snapshot."""
        keys = self._range(start, stop, limit, reverse)
        return iter([(key, self._values[key]) for key in keys])

    def iterate_keys(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[bytes]:
        """See `KeyValueStore.iterate_keys`."""
        return iter(self._range(start, stop, limit, reverse))

    def write(self, batch: Batch) -> None:
        """See `KeyValueStore.write`."""
        self._check_open()
        for key, value in batch.operations:
            if value is not None:
                if key not in self._values:
                    self._keys.insert(bisect_left(self._keys, key), key)
                self._values[key] = value
            elif self._values.pop(key, None) is not None:
                del self._keys[bisect_left(self._keys, key)]

    def view(self) -> MemoryStore:
        """See `KeyValueStore.view`: a copy."""
        self._check_open()
        copy = MemoryStore()
        copy._keys, copy._values = list(self._keys), dict(self._values)
        return copy

    def close(self) -> None:
        """See `KeyValueStore.close`."""
        self._closed = True

    def _range(self, start: bytes, stop: bytes, limit: int | None, reverse: bool) -> list[bytes]:
        self._check_open()
        low = bisect_left(self._keys, start)
        keys = self._keys[low : bisect_left(self._keys, min(stop, RESERVED_PREFIX), low)]
        if reverse:
            keys.reverse()
        return keys if limit is None else keys[: max(0, limit)]

    def _check_open(self) -> None:
        if self._closed:
            raise StoreClosed("the store is closed")
