"""The key-value store as the rest of the node sees it: one synced batch per block, fail-stop.

Rules of this file:
1. Order is the order of bytes. A range is [start, stop).
2. One `write` is one durable, all-or-nothing batch. There is no put and no unsynced write: what
   `write` returned from has survived a power cut.
3. The first I/O error is the last call. After it the handle refuses everything, because LevelDB
   goes on acknowledging writes that it loses (measured: 2,899 of 2,993 after seven failed appends).
   The owner ends the process with `EXIT_STORAGE_FAILED`; the next start checks the state root.
4. Keys that begin with 0xFF belong to the store itself and are never seen by `iterate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

EXIT_STORAGE_FAILED = 74
"""Exit status of a process whose disk failed (EX_IOERR of sysexits.h)."""
RESERVED_PREFIX = b"\xff"
"""First byte of the store's own keys; also the end of the range of all others."""
_RESERVED = RESERVED_PREFIX[0]
KEY_BYTES_MAX = 1_024
"""Longest key; the longest in use is a third of it."""


class StorageFailed(Exception):
    """The disk or the store failed, now or earlier on this handle. Nothing is written any more.

    End the process with `EXIT_STORAGE_FAILED`: the store is checked, or rebuilt, at the next start.
    """


class StorageDamaged(StorageFailed):
    """The disk answered, and the bytes are not those that were written: this store is lost.

    End the process likewise; the store is moved aside and rebuilt from peers (node/rebuild.py).
    """


class StoreClosed(Exception):
    """The handle was closed by its owner before this call: a bug of the caller, not of the disk."""


class Batch:
    """An ordered list of puts and deletes; a later operation on one key wins."""

    __slots__ = ("operations", "size_bytes")

    def __init__(self) -> None:
        self.operations: list[tuple[bytes, bytes | None]] = []
        """(key, value), or (key, None) for a delete."""
        self.size_bytes = 0
        """Sum of the lengths of keys and values, for limits and metrics."""

    def put(self, key: bytes, value: bytes) -> None:
        """Set a key. ValueError for an empty, too long or reserved key."""
        if not key or key[0] == _RESERVED or len(key) > KEY_BYTES_MAX:
            _check_key(key)
        self.operations.append((key, value))
        self.size_bytes += len(key) + len(value)

    def delete(self, key: bytes) -> None:
        """Remove a key; nothing happens if there is none. ValueError as in `put`."""
        if not key or key[0] == _RESERVED or len(key) > KEY_BYTES_MAX:
            _check_key(key)
        self.operations.append((key, None))
        self.size_bytes += len(key)

    def __len__(self) -> int:
        return len(self.operations)


class StoreReader(Protocol):
    """Reads of a store, or of what it held at one moment. One thread uses it."""

    def get(self, key: bytes) -> bytes | None:
        """The value, its checksum verified; None if there is none."""
        ...

    def iterate(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values of [start, stop), at most `limit`, as they were when this was called."""
        ...

    def iterate_keys(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[bytes]:
        """Keys of [start, stop), likewise."""
        ...


class StoreView(Protocol):
    """What a store held when the view was taken, whatever was written since."""

    def get(self, key: bytes) -> bytes | None:
        """See `StoreReader.get`."""
        ...

    def iterate(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """See `StoreReader.iterate`."""
        ...

    def iterate_keys(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[bytes]:
        """See `StoreReader.iterate_keys`."""
        ...

    def close(self) -> None:
        """Let go of it: the store keeps old values as long as a view may ask for them."""
        ...


class KeyValueStore(Protocol):
    """What blocks, snapshots and state need of a store. One thread uses it."""

    def get(self, key: bytes) -> bytes | None:
        """See `StoreReader.get`."""
        ...

    def iterate(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """See `StoreReader.iterate`."""
        ...

    def iterate_keys(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[bytes]:
        """See `StoreReader.iterate_keys`."""
        ...

    def view(self) -> StoreView:
        """The store as it is now. Close it; its cost on disk grows with what is written since."""
        ...

    def write(self, batch: Batch) -> None:
        """Write all of the batch durably, or nothing. StorageFailed ends the handle."""
        ...

    def close(self) -> None:
        """Release the store. Further calls raise StoreClosed; closing twice is allowed."""
        ...


def _check_key(key: bytes) -> None:
    """Say what is wrong with a key; asked in the hot path only for keys that look wrong."""
    if not key or len(key) > KEY_BYTES_MAX:
        raise ValueError(f"a key has 1 to {KEY_BYTES_MAX} bytes, not {len(key)}")
    if key.startswith(RESERVED_PREFIX):
        raise ValueError(f"keys that begin with 0xff belong to the store: {key[:8].hex()}")
