"""What a store has on the disk, whole batches only: it lies in a folder and outlives processes."""

from bisect import bisect_left

from node.storage.kv import RESERVED_PREFIX, Batch


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
