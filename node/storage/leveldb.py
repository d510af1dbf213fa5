"""The store on disk: LevelDB through plyvel, opened so that damage is noticed and failure is final.

Rules of this file (measurements in docs/adr/0005-storage.md):
1. `paranoid_checks` at open and `verify_checksums` on each read: without them 60 of 60 flipped bits
   of the log and 20 of 60 in tables went unnoticed.
2. `write_batch(transaction=True, sync=True)`, never anything else.
3. The first error poisons the handle. No retry: a retried append is acknowledged and lost.
4. A damaged store is moved aside and rebuilt from peers (node/rebuild.py). `repair_db` is never
   called: it keeps what it can read, which is a state that no block ever had.
5. Damage is what is wrong with bytes that could be read: a checksum, a file that is short or gone.
   A disk that refuses to read or write is a failure: the store may be sound, so it stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Never, cast

from node.storage.birth import is_unborn
from node.storage.durable import make_folder
from node.storage.kv import RESERVED_PREFIX, Batch, StorageDamaged, StorageFailed, StoreClosed
from node.storage.log_tail import cut_torn_record
from node.storage.plyvel_shim import (
    STORE_ERRORS,
    CorruptionError,
    Database,
    Reader,
    open_database,
)

FORMAT_KEY = RESERVED_PREFIX + b"mohur/format"
"""Where the marker lies that tells this store from any other LevelDB."""
FORMAT = b"mohur-store/1"
"""Value of the marker; a change of the key layout changes the number."""

MEBIBYTE = 1 << 20
WRITE_BUFFER_BYTES = 32 * MEBIBYTE
"""Written to the log and held in memory before it becomes a table; twice this at most in memory."""
BLOCK_CACHE_BYTES = 64 * MEBIBYTE
"""Uncompressed table blocks kept in memory."""
TABLE_FILE_BYTES_MAX = 8 * MEBIBYTE
"""Size of one table file; LevelDB's own 2 MiB makes 20,000 files of a 40 GB store."""
OPEN_FILES_MAX = 512
"""Table files held open; well under the usual limit of 1,024 descriptors of a process."""
BLOOM_FILTER_BITS = 10
"""Bits per key: one percent of the lookups of absent keys read a block for nothing."""


class DamagedStore(Exception):
    """The store cannot be trusted. It is never repaired; the message says what to do."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"the store in {folder} is damaged: {reason}. A node that has peers moves it aside and "
            "rebuilds it from them. Keep the sign guard where it is; never run a repair tool on "
            "the store"
        )
        self.folder = folder
        """The folder as it was given."""
        self.reason = reason
        """What was found, in the words of LevelDB or of the check."""


class OtherFormat(Exception):
    """A sound store that another version of the node wrote: it is neither opened nor moved."""


class StoreMissing(Exception):
    """There is no store in this folder, and none was to be made."""


class StoreLocked(Exception):
    """Another process, or another handle of this one, has this store open."""


class LevelDbStore:
    """See `KeyValueStore`. Made by `open_store` only."""

    __slots__ = ("_database", "_failed")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._failed: Exception | None = None

    def get(self, key: bytes) -> bytes | None:
        """See `KeyValueStore.get`; 4 microseconds from memory."""
        return self.get_from(self._database, key)

    def get_from(self, source: Reader, key: bytes) -> bytes | None:
        """The same from the database or a snapshot of it."""
        if self._failed is not None or self._database.closed:
            self._refuse()
        try:
            return source.get(key, verify_checksums=True)
        except STORE_ERRORS as error:
            self._fail(error)

    def iterate(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """See `KeyValueStore.iterate`."""
        pairs = self.walk(self._database, start, stop, limit, reverse, values=True)
        return cast("Iterator[tuple[bytes, bytes]]", pairs)

    def iterate_keys(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[bytes]:
        """See `KeyValueStore.iterate_keys`."""
        keys = self.walk(self._database, start, stop, limit, reverse, values=False)
        return cast("Iterator[bytes]", keys)

    def write(self, batch: Batch) -> None:
        """See `KeyValueStore.write`. Whatever goes wrong in here, half a batch is never written."""
        if self._failed is not None or self._database.closed:
            self._refuse()
        try:
            with self._database.write_batch(transaction=True, sync=True) as pending:
                put, delete = pending.put, pending.delete
                for key, value in batch.operations:
                    if value is None:
                        delete(key)
                    else:
                        put(key, value)
        except STORE_ERRORS as error:
            self._fail(error)

    def close(self) -> None:
        """See `KeyValueStore.close`."""
        self._database.close()

    @property
    def failed(self) -> bool:
        """Whether this handle has met its first error."""
        return self._failed is not None

    @property
    def damaged(self) -> bool:
        """Whether that error was damage, and no refusal of the disk."""
        return self._failed is not None and _is_damage(self._failed)

    def view(self) -> LevelDbView:
        """See `KeyValueStore.view`: a snapshot handle of LevelDB."""
        if self._failed is not None or self._database.closed:
            self._refuse()
        return LevelDbView(self, self._database.snapshot())

    def walk(
        self,
        source: Reader,
        start: bytes,
        stop: bytes,
        limit: int | None,
        reverse: bool,
        *,
        values: bool,
    ) -> Iterator[object]:
        """Open now, so that the range is the one of the moment of the call; read when asked."""
        if self._failed is not None or self._database.closed:
            self._refuse()
        stop = min(stop, RESERVED_PREFIX)
        if start >= stop:
            return iter(())
        try:
            found = source.iterator(
                reverse=reverse,
                start=start,
                stop=stop,
                include_value=values,
                verify_checksums=True,
            )
        except STORE_ERRORS as error:
            self._fail(error)
        return self._guarded(found if limit is None else islice(found, max(0, limit)))

    def _guarded(self, found: Iterator[object]) -> Iterator[object]:
        """Read on until the end, an error, or the failure of the handle by somebody else."""
        while True:
            if self._failed is not None or self._database.closed:
                self._refuse()
            try:
                item = next(found, None)
            except STORE_ERRORS as error:
                self._fail(error)
            if item is None:
                return
            yield item

    def _fail(self, error: Exception) -> Never:
        self._failed = error
        kind = StorageDamaged if _is_damage(error) else StorageFailed
        raise kind(f"the store failed and takes no more calls: {_words(error)}") from error

    def _refuse(self) -> Never:
        if self._failed is not None:
            kind = StorageDamaged if _is_damage(self._failed) else StorageFailed
            raise kind(f"the store failed earlier: {_words(self._failed)}")
        raise StoreClosed("the store is closed")


class LevelDbView:
    """See `StoreView`. Fails with its store."""

    __slots__ = ("_closed", "_snapshot", "_store")

    def __init__(self, store: LevelDbStore, snapshot: Reader) -> None:
        self._store = store
        self._snapshot = snapshot
        self._closed = False

    def get(self, key: bytes) -> bytes | None:
        """See `StoreReader.get`."""
        self._check_open()
        return self._store.get_from(self._snapshot, key)

    def iterate(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """See `StoreReader.iterate`."""
        self._check_open()
        pairs = self._store.walk(self._snapshot, start, stop, limit, reverse, values=True)
        return cast("Iterator[tuple[bytes, bytes]]", pairs)

    def iterate_keys(
        self, start: bytes, stop: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[bytes]:
        """See `StoreReader.iterate_keys`."""
        self._check_open()
        keys = self._store.walk(self._snapshot, start, stop, limit, reverse, values=False)
        return cast("Iterator[bytes]", keys)

    def close(self) -> None:
        """See `StoreView.close`."""
        self._closed = True
        self._snapshot.close()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreClosed("the view is closed")


def open_store(folder: Path, *, create: bool) -> LevelDbStore:
    """Open the store in a folder, or make one in a missing or empty folder if `create`.

    Raises:
        StoreMissing: no store there and `create` is false.
        StoreLocked: it is open already.
        DamagedStore: LevelDB refuses it, files are missing or short, or it is no store.
        OtherFormat: it is a store, of another version.
        StorageFailed: the disk refuses (full, read-only, no permission); the store may be sound.
    """
    present = folder.is_dir() and any(folder.iterdir()) and not is_unborn(folder)
    if not present and not create:
        raise StoreMissing(f"there is no store in {folder}")
    if present and not (folder / "CURRENT").is_file():
        # LevelDB would take this for an empty folder and start a new database over the old files.
        raise DamagedStore(folder, "the file CURRENT is missing beside other files")
    if not present:
        make_folder(folder)
        (folder / "CURRENT").unlink(missing_ok=True)
    database = _open(folder, create=not present)
    try:
        _check_format(database, folder)
    except STORE_ERRORS as error:
        database.close()
        raise _named(error, folder) from error
    except (DamagedStore, OtherFormat):
        database.close()
        raise
    return LevelDbStore(database)


def _open(folder: Path, *, create: bool) -> Database:
    """Open with the options of this file; once more after a torn last write was cut off."""
    try:
        return _open_once(folder, create=create)
    except CorruptionError as error:
        try:
            cut = cut_torn_record(folder)
        except OSError as failure:
            raise StorageFailed(f"the store in {folder} cannot be read: {failure}") from failure
        if not cut:
            raise DamagedStore(folder, _words(error)) from error
    try:
        return _open_once(folder, create=create)
    except CorruptionError as error:
        raise DamagedStore(folder, _words(error)) from error


def _open_once(folder: Path, *, create: bool) -> Database:
    """CorruptionError passes; everything else gets its name."""
    try:
        return open_database(
            str(folder),
            create=create,
            paranoid_checks=True,
            write_buffer_size=WRITE_BUFFER_BYTES,
            lru_cache_size=BLOCK_CACHE_BYTES,
            max_file_size=TABLE_FILE_BYTES_MAX,
            max_open_files=OPEN_FILES_MAX,
            bloom_filter_bits=BLOOM_FILTER_BITS,
            compression=None,
        )
    except CorruptionError:
        raise
    except STORE_ERRORS as error:
        if "/LOCK: " in _words(error):
            raise StoreLocked(f"the store in {folder} is open in another process") from error
        raise _named(error, folder) from error


def _check_format(database: Database, folder: Path) -> None:
    """Find the marker, or write it into a store that holds nothing (a crash at birth)."""
    marker = database.get(FORMAT_KEY, verify_checksums=True)
    if marker == FORMAT:
        return
    if marker is not None:
        raise OtherFormat(
            f"the store in {folder} has the format {marker[:32]!r}, this node reads {FORMAT!r}"
        )
    everything = database.iterator(
        reverse=False, start=b"", stop=b"\xff" * 8, include_value=False, verify_checksums=True
    )
    if next(everything, None) is not None:
        raise DamagedStore(folder, "it has keys but no format marker")
    database.put(FORMAT_KEY, FORMAT, sync=True)


def _named(error: Exception, folder: Path) -> DamagedStore | StorageFailed:
    """What an error at open means."""
    if _is_damage(error):
        return DamagedStore(folder, _words(error))
    return StorageFailed(f"the store in {folder} cannot be opened: {_words(error)}")


def _is_damage(error: Exception) -> bool:
    """Rule 5. LevelDB calls a table that is short or gone an I/O error: EINVAL, ENOENT."""
    if isinstance(error, CorruptionError):
        return True
    return _words(error).endswith((": Invalid argument", ": No such file or directory"))


def _words(error: Exception) -> str:
    """The message of a plyvel error, which carries bytes."""
    first = error.args[0] if error.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
