"""A store in memory that counts the deleted keys its iterators step over, as an LSM tree does.

LevelDB keeps a deleted key until it merges its files. An iterator that is put somewhere, or that
leaves its range, goes on to the next key that is there, over all deleted ones between.
"""

from bisect import bisect_left
from collections.abc import Iterator

from node.storage.kv import Batch
from node.storage.memory import MemoryStore


class Tombs:
    """A KeyValueStore; nothing is ever merged."""

    def __init__(self) -> None:
        self._inner = MemoryStore()
        self._ever: list[bytes] = []
        self.stepped = 0
        """Deleted keys that iterators stepped over so far."""

    def get(self, key: bytes) -> bytes | None:
        return self._inner.get(key)

    def write(self, batch: Batch) -> None:
        for key, _ in batch.operations:
            at = bisect_left(self._ever, key)
            if self._ever[at : at + 1] != [key]:
                self._ever.insert(at, key)
        self._inner.write(batch)

    def view(self) -> MemoryStore:
        return self._inner.view()

    def close(self) -> None:
        self._inner.close()

    def iterate(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        for key in self.iterate_keys(start, stop, limit=limit, reverse=reverse):
            value = self._inner.get(key)
            assert value is not None
            yield key, value

    def iterate_keys(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[bytes]:
        given = 0
        if reverse:
            self._next_there(bisect_left(self._ever, stop))
        at = bisect_left(self._ever, stop) - 1 if reverse else bisect_left(self._ever, start)
        while 0 <= at < len(self._ever) and given != limit:
            key = self._ever[at]
            at += -1 if reverse else 1
            if self._inner.get(key) is None:
                self.stepped += 1
                continue
            if not start <= key < stop:
                return
            given += 1
            yield key

    def _next_there(self, at: int) -> None:
        """To iterate backwards, it is first put at the end of the range."""
        while at < len(self._ever) and self._inner.get(self._ever[at]) is None:
            self.stepped += 1
            at += 1
