"""One typed door to LevelDB, whichever of the three plyvel packages this platform has.

plyvel 1.5.1 and plyvel-ci import as `plyvel`, plyvel-next (Python >= 3.12) as `plyvel_next`. They
read each other's databases. None publishes types, so the part in use is written down here.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType, TracebackType
from typing import Protocol, Self, cast


class WriteBatch(Protocol):
    """A plyvel write batch used as a context manager: written at the end, or not at all."""

    def put(self, key: bytes, value: bytes) -> None:
        """Add a put."""
        ...

    def delete(self, key: bytes) -> None:
        """Add a delete."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Reader(Protocol):
    """What plyvel.DB and its snapshots can both do."""

    def get(self, key: bytes, default: None = None, *, verify_checksums: bool) -> bytes | None:
        """The value or None."""
        ...

    def iterator(
        self,
        *,
        reverse: bool,
        start: bytes,
        stop: bytes,
        include_value: bool,
        verify_checksums: bool,
    ) -> Iterator[object]:
        """Pairs, or keys without `include_value`, over a snapshot of now."""
        ...

    def close(self) -> None:
        """Release it. A database releases its lock, too."""
        ...


class Database(Protocol):
    """The methods of plyvel.DB that the store uses."""

    def get(self, key: bytes, default: None = None, *, verify_checksums: bool) -> bytes | None:
        """The value or None."""
        ...

    def iterator(
        self,
        *,
        reverse: bool,
        start: bytes,
        stop: bytes,
        include_value: bool,
        verify_checksums: bool,
    ) -> Iterator[object]:
        """Pairs, or keys without `include_value`, over a snapshot of now."""
        ...

    def close(self) -> None:
        """Release it. A database releases its lock, too."""
        ...

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        ...

    def put(self, key: bytes, value: bytes, *, sync: bool) -> None:
        """Write one pair."""
        ...

    def snapshot(self) -> Reader:
        """The database as it is now."""
        ...

    def write_batch(self, *, transaction: bool, sync: bool) -> WriteBatch:
        """A batch; with `transaction` an exception inside the block discards it."""
        ...


def _load() -> ModuleType:
    try:
        return importlib.import_module("plyvel")
    except ModuleNotFoundError:
        return importlib.import_module("plyvel_next")


_plyvel = _load()

STORE_ERRORS = cast("tuple[type[Exception], ...]", (_plyvel.Error, OSError))
"""What a failing disk raises: plyvel.IOError and CorruptionError are plyvel.Errors."""
CorruptionError = cast("type[Exception]", _plyvel.CorruptionError)
"""Bytes on disk that do not match their checksum or make no sense."""


def open_database(folder: str, *, create: bool, **options: object) -> Database:
    """plyvel.DB, its options by name. Raises one of STORE_ERRORS."""
    return cast("Database", _plyvel.DB(folder, create_if_missing=create, **options))
