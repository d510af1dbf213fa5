"""MemoryStore and LevelDbStore give the same answers; a batch is whole; a range is a snapshot."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.storage.kv import KEY_BYTES_MAX, Batch, KeyValueStore, StoreClosed
from node.storage.leveldb import open_store
from node.storage.memory import MemoryStore

KEYS = st.binary(min_size=1, max_size=3).filter(lambda key: key[0] != 0xFF)
EDGES = st.one_of(st.binary(max_size=3), st.sampled_from([b"", b"\xff", b"\xff\xff"]))
OPERATIONS = st.lists(st.tuples(KEYS, st.none() | st.binary(max_size=5)), max_size=8)
RANGES = st.tuples(EDGES, EDGES, st.none() | st.integers(0, 5), st.booleans())


@pytest.fixture(params=["memory", "leveldb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyValueStore:
    if request.param == "memory":
        return MemoryStore()
    return open_store(tmp_path / "store", create=True)


def batch_of(operations: list[tuple[bytes, bytes | None]]) -> Batch:
    batch = Batch()
    for key, value in operations:
        if value is None:
            batch.delete(key)
        else:
            batch.put(key, value)
    return batch


@settings(max_examples=40)
@given(batches=st.lists(OPERATIONS, max_size=4), ranges=st.lists(RANGES, max_size=4))
def test_memory_and_leveldb_are_equivalent(
    batches: list[list[tuple[bytes, bytes | None]]],
    ranges: list[tuple[bytes, bytes, int | None, bool]],
) -> None:
    with TemporaryDirectory() as folder:
        memory: KeyValueStore = MemoryStore()
        disk: KeyValueStore = open_store(Path(folder) / "store", create=True)
        for operations in batches:
            memory.write(batch_of(operations))
            disk.write(batch_of(operations))
            assert all(memory.get(key) == disk.get(key) for key, _ in operations)
        disk.close()
        disk = open_store(Path(folder) / "store", create=False)
        for start, stop, limit, reverse in [*ranges, (b"", b"\xff", None, False)]:
            expected = list(memory.iterate(start, stop, limit=limit, reverse=reverse))
            assert list(disk.iterate(start, stop, limit=limit, reverse=reverse)) == expected
            keys = list(disk.iterate_keys(start, stop, limit=limit, reverse=reverse))
            assert keys == [key for key, _ in expected]
            assert keys == list(memory.iterate_keys(start, stop, limit=limit, reverse=reverse))
        disk.close()


def test_a_later_operation_on_a_key_wins(store: KeyValueStore) -> None:
    store.write(batch_of([(b"a", b"1"), (b"a", None), (b"b", b"1"), (b"b", b"2"), (b"c", None)]))
    assert [store.get(key) for key in (b"a", b"b", b"c")] == [None, b"2", None]


def test_a_range_is_what_it_was_when_it_was_asked_for(store: KeyValueStore) -> None:
    store.write(batch_of([(b"a", b"1"), (b"b", b"1")]))
    pairs = store.iterate(b"", b"\xff")
    store.write(batch_of([(b"a", None), (b"b", b"2"), (b"c", b"2")]))
    assert list(pairs) == [(b"a", b"1"), (b"b", b"1")]


def test_a_closed_store_refuses(store: KeyValueStore) -> None:
    store.write(batch_of([(b"a", b"1"), (b"b", b"1")]))
    pairs = store.iterate(b"", b"\xff")
    store.close()
    store.close()
    with pytest.raises(StoreClosed):
        store.get(b"a")
    with pytest.raises(StoreClosed):
        store.write(Batch())
    with pytest.raises(StoreClosed):
        store.iterate(b"", b"\xff")
    if not isinstance(store, MemoryStore):
        with pytest.raises(StoreClosed):
            next(pairs)


def test_an_empty_batch_is_a_write(store: KeyValueStore) -> None:
    store.write(Batch())
    assert list(store.iterate(b"", b"\xff")) == []


def test_a_batch_counts_its_bytes() -> None:
    batch = batch_of([(b"key", b"value"), (b"gone", None)])
    assert (len(batch), batch.size_bytes) == (2, 3 + 5 + 4)
    assert batch.operations == [(b"key", b"value"), (b"gone", None)]


@pytest.mark.parametrize("key", [b"", b"\xff", b"\xffmohur/format", b"k" * (KEY_BYTES_MAX + 1)])
def test_a_batch_refuses_keys_that_are_not_the_callers(key: bytes) -> None:
    batch = Batch()
    with pytest.raises(ValueError, match="key"):
        batch.put(key, b"")
    with pytest.raises(ValueError, match="key"):
        batch.delete(key)
    assert len(batch) == 0


def test_a_view_is_what_the_store_was(store: KeyValueStore) -> None:
    store.write(batch_of([(b"a", b"1"), (b"b", b"2")]))
    view = store.view()
    store.write(batch_of([(b"a", None), (b"b", b"3"), (b"c", b"4")]))
    assert [view.get(key) for key in (b"a", b"b", b"c")] == [b"1", b"2", None]
    assert list(view.iterate(b"a", b"z")) == [(b"a", b"1"), (b"b", b"2")]
    assert list(view.iterate_keys(b"a", b"z", reverse=True, limit=1)) == [b"b"]
    assert list(store.iterate(b"a", b"z")) == [(b"b", b"3"), (b"c", b"4")]
    view.close()
    with pytest.raises(StoreClosed):
        view.get(b"a")


def test_a_view_ends_with_its_store(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", create=True)
    store.write(batch_of([(b"a", b"1")]))
    view = store.view()
    store.close()
    with pytest.raises(StoreClosed):
        view.get(b"a")
    view.close()
