"""The store of one node: what LevelDB promises, no more. One synced batch is there whole or not.

`Image` outlives a process; `SimStore` is the handle of one life, which the first error ends.
"""

from collections.abc import Callable, Iterator

from node.storage.kv import Batch, StorageFailed, StoreClosed
from tests.sim.disk import no_effect
from tests.sim.image import Image


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
