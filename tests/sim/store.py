"""The store of one node: what LevelDB promises, no more. One synced batch is there whole or not.

`Image` outlives a process; `SimStore` is the handle of one life, which the first error ends.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator

from node.storage.kv import RESERVED_PREFIX, Batch, StorageFailed, StoreClosed
from tests.sim.disk import no_effect


class Image:
    """What is on the disk: a sorted list of keys and a dict."""

    __slots__ = ("damaged", "keys", "values")

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.values: dict[bytes, bytes] = {}
        self.damaged = False
        """A bit has flipped somewhere: the checksums of the next start find it."""

    def apply(self, batch: Batch) -> None:
        """All of a batch."""
        keys, values = self.keys, self.values
        for key, value in batch.operations:
            if value is not None:
                if key not in values:
                    keys.insert(bisect_left(keys, key), key)
                values[key] = value
            elif values.pop(key, None) is not None:
                del keys[bisect_left(keys, key)]

    def copy(self) -> "Image":
        """A backup."""
        copied = Image()
        copied.keys, copied.values = list(self.keys), dict(self.values)
        return copied

    def range(self, start: bytes, stop: bytes) -> list[bytes]:
        """Keys of [start, stop) without the store's own."""
        keys = self.keys
        low = bisect_left(keys, start)
        return keys[low : bisect_left(keys, min(stop, RESERVED_PREFIX), low)]


class SimStore:
    """See `node.storage.kv.KeyValueStore`."""

    __slots__ = ("_closed", "_effect", "_failed", "failing", "image")

    def __init__(self, image: Image, effect: Callable[[str], None]) -> None:
        self.image = image
        self._effect = effect
        self._closed = False
        self._failed = False
        self.failing: int | None = None
        """Batches until one fails: 0 = the next one."""

    def get(self, key: bytes) -> bytes | None:
        """See `KeyValueStore.get`."""
        self._check()
        return self.image.values.get(key)

    def iterate(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """See `KeyValueStore.iterate`; the range is copied now, which makes it a snapshot."""
        values = self.image.values
        return iter([(key, values[key]) for key in self._range(start, stop, limit, reverse)])

    def iterate_keys(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[bytes]:
        """See `KeyValueStore.iterate_keys`."""
        return iter(self._range(start, stop, limit, reverse))

    def write(self, batch: Batch) -> None:
        """See `KeyValueStore.write`.

        A power cut inside it leaves all or nothing: the effects before and after are the two cases.
        """
        self._check()
        self._effect("store write")
        if self.failing == 0:
            self._failed = True
            raise StorageFailed("simulated")
        if self.failing is not None:
            self.failing -= 1
        self.image.apply(batch)
        self._effect("store written")

    def view(self) -> "SimStore":
        """See `KeyValueStore.view`: a copy."""
        self._check()
        return SimStore(self.image.copy(), no_effect)

    def close(self) -> None:
        """See `KeyValueStore.close`."""
        self._closed = True

    def _range(self, start: bytes, stop: bytes, limit: int | None, reverse: bool) -> list[bytes]:
        self._check()
        keys = self.image.range(start, stop)
        if reverse:
            keys.reverse()
        return keys if limit is None else keys[: max(0, limit)]

    def _check(self) -> None:
        if self._closed:
            raise StoreClosed("the store is closed")
        if self._failed:
            raise StorageFailed("the store failed earlier")
