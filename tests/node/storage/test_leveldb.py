"""Opening, failing and damage of the store on disk."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import pytest

from node.storage.kv import EXIT_STORAGE_FAILED, Batch, StorageDamaged, StorageFailed
from node.storage.leveldb import (
    FORMAT_KEY,
    DamagedStore,
    LevelDbStore,
    OtherFormat,
    StoreLocked,
    StoreMissing,
    open_store,
)
from node.storage.plyvel_shim import Database
from node.storage.plyvel_shim import _plyvel as plyvel


class FailingBatch:
    """A batch whose append to the log fails."""

    def __init__(self, owner: FailingDatabase) -> None:
        self.owner = owner

    def put(self, key: bytes, value: bytes) -> None:
        """Nothing to do."""

    def delete(self, key: bytes) -> None:
        """Nothing to do."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.owner.calls.append("write")
        raise self.owner.error


class FailingDatabase:
    """Raises one error wherever LevelDB can, and notes each call that reaches it."""

    closed = False

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.calls: list[str] = []

    def get(self, key: bytes, default: None = None, *, verify_checksums: bool) -> bytes | None:
        self.calls.append("get")
        assert verify_checksums
        raise self.error

    def put(self, key: bytes, value: bytes, *, sync: bool) -> None:
        raise AssertionError("the store writes batches only")

    def iterator(self, **options: object) -> Iterator[object]:
        self.calls.append("iterator")
        assert options["verify_checksums"] is True
        return self.pairs()

    def pairs(self) -> Iterator[object]:
        yield (b"a", b"1")
        raise self.error

    def write_batch(self, *, transaction: bool, sync: bool) -> FailingBatch:
        assert transaction
        assert sync
        return FailingBatch(self)

    def close(self) -> None:
        self.closed = True


def one(key: bytes = b"k", value: bytes = b"v") -> Batch:
    batch = Batch()
    batch.put(key, value)
    return batch


CALLS: dict[str, Callable[[LevelDbStore], object]] = {
    "get": lambda store: store.get(b"k"),
    "write": lambda store: store.write(one()),
    "iterate": lambda store: list(store.iterate(b"", b"z")),
    "iterate_keys": lambda store: list(store.iterate_keys(b"", b"z")),
}
ERRORS = (
    plyvel.IOError(b"IO error: fake"),
    plyvel.CorruptionError(b"bad block"),
    OSError(28, "full"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("first", CALLS)
def test_the_first_error_is_the_last_call(first: str, error: Exception) -> None:
    database = FailingDatabase(error)
    store = LevelDbStore(cast("Database", database))
    earlier = store.iterate(b"", b"z")
    with pytest.raises(StorageFailed, match="takes no more calls") as caught:
        CALLS[first](store)
    assert caught.value.__cause__ is error
    assert store.failed
    reached = len(database.calls)
    for again in CALLS.values():
        with pytest.raises(StorageFailed, match="failed earlier"):
            again(store)
    with pytest.raises(StorageFailed, match="failed earlier"):
        next(earlier)
    assert len(database.calls) == reached
    store.close()
    with pytest.raises(StorageFailed, match="failed earlier"):
        store.get(b"k")


def test_a_mistake_of_the_caller_writes_nothing_and_is_no_failure(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", create=True)
    batch = one(b"first", b"1")
    batch.operations.append((b"second", cast("bytes", "text")))
    with pytest.raises(TypeError):
        store.write(batch)
    assert store.get(b"first") is None
    store.write(one())
    assert not store.failed
    store.close()


def test_exit_status_is_that_of_an_io_error() -> None:
    assert EXIT_STORAGE_FAILED == 74


def test_a_missing_store_is_made_only_if_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        open_store(tmp_path / "store", create=False)
    assert not (tmp_path / "store").exists()
    open_store(tmp_path / "store", create=True).close()
    open_store(tmp_path / "store", create=True).close()
    store = open_store(tmp_path / "store", create=False)
    assert list(store.iterate(b"", b"\xff\xff")) == []
    store.close()


def test_a_store_is_open_once(tmp_path: Path) -> None:
    store = open_store(tmp_path / "block-store", create=True)
    with pytest.raises(StoreLocked):
        open_store(tmp_path / "block-store", create=True)
    store.close()


def test_a_crash_before_the_marker_is_written_is_harmless(tmp_path: Path) -> None:
    plyvel.DB(str(tmp_path / "store"), create_if_missing=True).close()
    store = open_store(tmp_path / "store", create=True)
    store.write(one())
    store.close()
    open_store(tmp_path / "store", create=False).close()


def foreign(folder: Path, key: bytes) -> None:
    """A LevelDB of somebody else."""
    database = plyvel.DB(str(folder), create_if_missing=True)
    database.put(key, b"something else")
    database.close()


def test_another_database_is_not_taken_for_a_store(tmp_path: Path) -> None:
    foreign(tmp_path / "store", b"foreign")
    for _ in range(2):
        with pytest.raises(DamagedStore, match="no format marker"):
            open_store(tmp_path / "store", create=True)


def test_a_store_of_another_version_is_no_damaged_one(tmp_path: Path) -> None:
    """A node that was put back to an older release must not throw a sound store aside."""
    foreign(tmp_path / "store", FORMAT_KEY)
    for _ in range(2):
        with pytest.raises(OtherFormat, match="something else"):
            open_store(tmp_path / "store", create=True)


def filled(folder: Path, seed: int) -> dict[bytes, bytes]:
    """A store with some of its data in a table and some in the log."""
    generator = random.Random(seed)
    store = open_store(folder, create=True)
    expected: dict[bytes, bytes] = {}
    for number in range(60):
        batch = Batch()
        for _ in range(5):
            key, value = generator.randbytes(20)[1:], generator.randbytes(80)
            expected[b"k" + key] = value
            batch.put(b"k" + key, value)
        store.write(batch)
        if number == 40:
            store._database.compact_range()  # type: ignore[attr-defined]
    store.close()
    return expected


def read_all(folder: Path) -> dict[bytes, bytes]:
    store = open_store(folder, create=False)
    try:
        found = dict(store.iterate(b"", b"\xff"))
        for key, value in found.items():
            assert store.get(key) == value
        return found
    finally:
        store.close()


@pytest.mark.parametrize("suffix", [".log", ".ldb"])
def test_a_flipped_bit_is_never_silent(tmp_path: Path, suffix: str) -> None:
    expected = filled(tmp_path / "sound", 7)
    shutil.copytree(tmp_path / "sound", tmp_path / "copy")  # to open it rewrites the log
    assert read_all(tmp_path / "copy") == expected
    generator = random.Random(suffix)
    files = [path.name for path in (tmp_path / "sound").iterdir() if path.suffix == suffix]
    files = [name for name in files if (tmp_path / "sound" / name).stat().st_size]
    noticed = 0
    for trial in range(40):
        folder = tmp_path / f"trial-{trial}"
        shutil.copytree(tmp_path / "sound", folder)
        path = folder / generator.choice(files)
        data = bytearray(path.read_bytes())
        position = generator.randrange(len(data) * 8)
        data[position // 8] ^= 1 << position % 8
        path.write_bytes(data)
        try:
            assert read_all(folder) == expected
        except (DamagedStore, StorageFailed):
            noticed += 1
        shutil.rmtree(folder)
    assert noticed >= 30


@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST", ".ldb"])
def test_a_lost_file_is_damage_and_not_an_empty_store(tmp_path: Path, name: str) -> None:
    filled(tmp_path / "store", 8)
    for path in (tmp_path / "store").iterdir():
        if name in path.name:
            path.unlink()
    with pytest.raises(DamagedStore, match="moves it aside") as caught:
        open_store(tmp_path / "store", create=True)
    assert "Keep the sign guard" in str(caught.value)


def test_a_cut_log_loses_whole_batches_from_the_end_only(tmp_path: Path) -> None:
    store = open_store(tmp_path / "sound", create=True)
    for number in range(10):
        batch = Batch()
        for part in range(3):
            batch.put(b"%d-%d" % (number, part), bytes(50))
        store.write(batch)
    store.close()
    log = next(path.name for path in (tmp_path / "sound").iterdir() if path.suffix == ".log")
    size = (tmp_path / "sound" / log).stat().st_size
    for cut in range(1, 400, 13):
        folder = tmp_path / f"cut-{cut}"
        shutil.copytree(tmp_path / "sound", folder)
        with (folder / log).open("r+b") as file:
            file.truncate(size - cut)
        keys = sorted(read_all(folder))
        assert keys == [b"%d-%d" % (n, p) for n in range(len(keys) // 3) for p in range(3)]
        assert len(keys) < 30


REFUSALS = ("No space left on device", "Input/output error", "Read-only file system")


@pytest.mark.parametrize("words", REFUSALS)
def test_a_disk_that_refuses_at_open_is_a_failure_and_not_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    def refuse(*_: object, **__: object) -> Database:
        raise plyvel.IOError(b"IO error: /x/000003.log: " + words.encode())

    monkeypatch.setattr("node.storage.leveldb.open_database", refuse)
    with pytest.raises(StorageFailed, match=words):
        open_store(tmp_path / "store", create=True)


@pytest.mark.parametrize("words", REFUSALS)
def test_a_disk_that_refuses_the_marker_is_a_failure_and_not_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """The first read of an opened store, and the first write of a new one."""
    error = plyvel.IOError(b"IO error: /x/000003.log: " + words.encode())

    def refuse(*_: object, **__: object) -> Database:
        return cast("Database", FailingDatabase(error))

    monkeypatch.setattr("node.storage.leveldb.open_database", refuse)
    with pytest.raises(StorageFailed, match=words):
        open_store(tmp_path / "store", create=True)


@pytest.mark.parametrize("lost", [1, 48, 5_000])
def test_a_table_that_is_short_is_damage(tmp_path: Path, lost: int) -> None:
    filled(tmp_path / "store", 9)
    (table,) = (tmp_path / "store").glob("*.ldb")
    with table.open("r+b") as file:
        file.truncate(table.stat().st_size - lost)
    with pytest.raises(DamagedStore):
        open_store(tmp_path / "store", create=True)


@pytest.mark.parametrize(
    ("error", "damaged"),
    [
        (plyvel.CorruptionError(b"Corruption: block checksum mismatch"), True),
        (plyvel.IOError(b"IO error: /x/000005.ldb: Invalid argument"), True),
        (plyvel.IOError(b"IO error: /x/000005.ldb: No such file or directory"), True),
        (plyvel.IOError(b"IO error: /x/000005.ldb: Input/output error"), False),
        (OSError(28, "No space left on device"), False),
    ],
)
def test_damage_that_a_read_meets_is_told_from_a_refusal(error: Exception, damaged: bool) -> None:
    store = LevelDbStore(cast("Database", FailingDatabase(error)))
    assert not store.damaged
    for _ in range(2):
        with pytest.raises(StorageFailed) as caught:
            store.get(b"k")
        assert isinstance(caught.value, StorageDamaged) == damaged
    assert store.damaged == damaged
