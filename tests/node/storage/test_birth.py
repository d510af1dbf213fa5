"""A store that was being made when the power went begins again; nothing else is taken for one."""

from pathlib import Path

import pytest

from node.storage.kv import Batch
from node.storage.leveldb import DamagedStore, StoreMissing, open_store


def one() -> Batch:
    batch = Batch()
    batch.put(b"k", b"v")
    return batch


UNBORN: dict[str, dict[str, bytes]] = {
    "no CURRENT yet": {"LOCK": b"", "LOG": b"x", "MANIFEST-000001": bytes(41)},
    "CURRENT before its manifest": {"LOCK": b"", "CURRENT": b"MANIFEST-000001\n"},
    "an empty manifest": {"CURRENT": b"MANIFEST-000001\n", "MANIFEST-000001": b""},
    "a torn second manifest": {
        "CURRENT": b"MANIFEST-000002\n",
        "MANIFEST-000001": b"",
        "MANIFEST-000002": bytes(50),
        "000003.log": b"",
        "000002.dbtmp": b"MANIFEST-000002\n",
    },
}


@pytest.mark.parametrize("files", UNBORN.values(), ids=UNBORN)
def test_a_power_cut_while_the_store_is_made_is_harmless(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    """Found by power cuts (make storage, seeds 1 and 2): LevelDB does not sync its first files."""
    folder = tmp_path / "store"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with pytest.raises(StoreMissing):
        open_store(folder, create=False)
    store = open_store(folder, create=True)
    store.write(one())
    store.close()
    store = open_store(folder, create=False)
    assert store.get(b"k") == b"v"
    store.close()


@pytest.mark.parametrize("name", ["000003.log", "000005.ldb", "MANIFEST-000004", "photo.jpg"])
def test_what_may_have_held_a_row_is_no_unborn_store(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "MANIFEST-000001").write_bytes(b"")
    (folder / name).write_bytes(b"x")
    with pytest.raises(DamagedStore, match="CURRENT is missing"):
        open_store(folder, create=True)
