"""A staged store takes the place of the old one, whatever was cut where."""

from pathlib import Path

import pytest

from node.chain import Chain
from node.storage.kv import Batch
from node.storage.leveldb import open_store
from node.sync.assembly import Assembly
from node.sync.install import REPLACED, STAGED, STORE, open_staged, remove_replaced, switch
from node.sync.staging import MANIFEST_KEY, Staging
from node.wire.snapshot_messages import SnapshotReferences
from tests.node.support.chains import decide, small_genesis
from tests.node.sync.snapshots import made, new_sets, parts_of

HISTORY, PARTS = made()
HEIGHT = HISTORY.height


def stage(data: Path, *, whole: bool = True) -> None:
    staging = Staging(open_staged(data), HISTORY.chain.genesis)
    assembly = Assembly(staging, new_sets(HISTORY.chain), None)
    for part in PARTS if whole else PARTS[:-1]:
        assembly.take(part)
    if whole:
        assembly.finish(7)
    staging.close()


def begin(data: Path, blocks: int) -> None:
    """A store with its own blocks."""
    store = open_store(data / STORE, create=True)
    chain = Chain.open(store, small_genesis())
    for _ in range(blocks):
        decide(chain)
    store.close()


def height_of(data: Path) -> tuple[int, int]:
    """(height, guard sequence); opening checks the root."""
    store = open_store(data / STORE, create=False)
    chain = Chain.open(store, small_genesis())
    found = chain.tip.height, chain.guard_sequence
    store.close()
    return found


def test_a_whole_one_takes_the_place_and_the_old_one_is_kept_until_it_was_opened(
    tmp_path: Path,
) -> None:
    begin(tmp_path, 3)
    stage(tmp_path)
    assert switch(tmp_path)
    assert height_of(tmp_path) == (HEIGHT, 7)
    assert [path.name for path in tmp_path.glob(f"{STORE}.*")] == [f"{STORE}.{REPLACED}-1"]
    remove_replaced(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [STORE]
    assert not switch(tmp_path)


def test_without_a_store_it_becomes_the_store(tmp_path: Path) -> None:
    """The cut fell between the two renames."""
    stage(tmp_path)
    assert switch(tmp_path)
    assert height_of(tmp_path) == (HEIGHT, 7)


def test_a_half_built_one_is_left_to_be_gone_on_with(tmp_path: Path) -> None:
    begin(tmp_path, 1)
    stage(tmp_path, whole=False)
    assert not switch(tmp_path)
    assert height_of(tmp_path) == (1, 0)
    store = open_staged(tmp_path)
    assert store.get(MANIFEST_KEY) is not None
    store.close()


def test_one_that_is_not_above_the_store_goes(tmp_path: Path) -> None:
    begin(tmp_path, HEIGHT)
    stage(tmp_path)
    assert not switch(tmp_path)
    assert height_of(tmp_path) == (HEIGHT, 0)
    assert not (tmp_path / STAGED).exists()


@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST-000002"])
def test_a_damaged_one_is_begun_anew(tmp_path: Path, name: str) -> None:
    begin(tmp_path, 1)
    stage(tmp_path, whole=False)
    for path in (tmp_path / STAGED).glob(name[:7] + "*"):
        path.write_bytes(b"nothing of use")
    assert not switch(tmp_path)
    store = open_staged(tmp_path)
    assert store.get(MANIFEST_KEY) is None
    store.close()


def test_chunks_that_did_not_change_stay_when_the_snapshot_is_a_newer_one(tmp_path: Path) -> None:
    history, parts = made()
    store = open_staged(tmp_path)
    staging = Staging(store, history.chain.genesis)
    assembly = Assembly(staging, new_sets(history.chain), None)
    for part in parts:
        assembly.take(part)
    done, count = staging.chunks
    assert done == count == 64
    history.pay()
    newer = parts_of(history.chain)
    again = Staging(store, history.chain.genesis)
    second = Assembly(again, new_sets(history.chain), None)
    for part in newer[:2]:
        second.take(part)
    kept, _ = again.chunks
    assert 40 <= kept < 64
    for part in newer[2:-1]:
        second.take(part)
    assert again.missing_references() == [(history.height, 1)]
    last = newer[-1]
    assert isinstance(last, SnapshotReferences)
    again.put_references(last.first, last.lists)
    second.finish(0)
    copy = Chain.open(store, history.chain.genesis)
    assert copy.tip == history.chain.tip
    indexes = list(copy.view().iterate(b"o", b"p"))
    assert indexes == list(history.chain.view().iterate(b"o", b"p"))
    store.close()


def test_no_mark_and_no_row_of_the_work_is_left(tmp_path: Path) -> None:
    stage(tmp_path)
    store = open_store(tmp_path / STAGED, create=False)
    assert list(store.iterate(b"msync", b"msynd")) == []
    ours = list(HISTORY.chain.view().iterate(b"s", b"t"))
    assert list(store.iterate(b"s", b"t")) == ours
    assert list(store.iterate(b"o", b"p")) == list(HISTORY.chain.view().iterate(b"o", b"p"))
    assert list(store.iterate(b"w", b"x")) == list(HISTORY.chain.view().iterate(b"w", b"x"))
    assert list(store.iterate(b"l", b"m")) == list(HISTORY.chain.view().iterate(b"l", b"m"))
    store.write(Batch())
    store.close()
