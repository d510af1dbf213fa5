"""`mohur snapshot`: a state as a file, and back into another folder."""

from pathlib import Path

import pytest

from node.chain import Chain
from node.cli.root import status_of
from node.genesis_file import write_genesis
from node.storage.leveldb import open_store
from node.sync.install import STORE
from tests.node.support.chains import decide, small_genesis, transfer

BLOCKS = 12


class Folder:
    """A node that has stopped, and a configuration of another one."""

    def __init__(self, base: Path) -> None:
        self.data = base / "data"
        self.file = base / "snapshot"
        self.other = base / "other"
        self.config = base / "node.toml"
        store = open_store(self.data / STORE, create=True)
        chain = Chain.open(store, small_genesis())
        for number in range(BLOCKS):
            decide(chain, transfer(number), guard_sequence=number)
        self.tip = chain.tip
        store.close()
        write_genesis(small_genesis(), base / "genesis.json")
        self.config.write_text(
            'id = "treasury"\ndata_dir = "other"\ngenesis = "genesis.json"\n', encoding="utf-8"
        )

    def create(self) -> int:
        return status_of(["snapshot", "create", str(self.data), "--out", str(self.file)])

    def restore(self, *more: str) -> int:
        command = ["snapshot", "restore", str(self.file), "--config", str(self.config), *more]
        return status_of(command)

    def restored(self) -> Chain:
        store = open_store(self.other / STORE, create=False)
        chain = Chain.open(store, small_genesis())
        store.close()
        return chain


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_file_gives_the_same_tip(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.create() == 0
    name = f"{BLOCKS}:0x{folder.tip.digest.hex()}"
    assert f"snapshot of block {name}," in capsys.readouterr().out
    assert folder.restore() == 0
    told = capsys.readouterr().out
    assert f"the store is at block {name}" in told
    assert "compare that block with another validator" in told
    assert folder.restored().tip == folder.tip
    assert folder.restored().blocks.floor.blocks == BLOCKS + 1


def test_a_checkpoint_is_the_block_or_one_before_it(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.create() == 0
    header = folder.tip.header
    assert header is not None
    wrong = (f"{BLOCKS}:{bytes(32).hex()}", f"3:{header.parent.hex()}", f"99:{bytes(32).hex()}")
    for point in wrong:
        assert folder.restore("--checkpoint", point) == 1
        assert "does not descend from the checkpoint" in capsys.readouterr().err
        assert not (folder.other / STORE).exists()
    assert folder.restore("--checkpoint", f"{BLOCKS - 1}:0x{header.parent.hex()}") == 0
    assert "compare" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "point", ["12", "x:00", "0:" + "00" * 32, "12:" + "0" * 63, "12:" + "g" * 64]
)
def test_a_checkpoint_that_is_none_is_a_wrong_use(folder: Folder, point: str) -> None:
    assert folder.restore("--checkpoint", point) == 2


def test_every_cut_and_flipped_byte_of_a_file_is_refused(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.create() == 0
    data = folder.file.read_bytes()
    places = range(0, len(data), max(1, len(data) // 40))
    damaged = [data[:at] for at in places]
    damaged += [data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :] for at in places]
    damaged += [data + b"\x00", data + data, b"", b"\xc1" * 100, b"\xdf" + b"\xff" * 40]
    for each in damaged:
        folder.file.write_bytes(each)
        assert folder.restore() == 1
        assert f"mohur: {folder.file}: " in capsys.readouterr().err
        assert not (folder.other / STORE).exists()
    folder.file.write_bytes(data)
    assert folder.restore() == 0


def test_what_is_there_is_not_overwritten(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.create() == 0
    assert folder.create() == 73
    assert folder.restore() == 0
    capsys.readouterr()
    assert folder.restore() == 1
    assert "at that height already" in capsys.readouterr().err


def test_a_folder_without_a_store_or_a_block_has_no_snapshot(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(["snapshot", "create", str(tmp_path), "--out", str(folder.file)]) == 66
    store = open_store(tmp_path / "new" / STORE, create=True)
    Chain.open(store, small_genesis())
    store.close()
    capsys.readouterr()
    command = ["snapshot", "create", str(tmp_path / "new"), "--out", str(folder.file)]
    assert status_of(command) == 1
    assert "no block yet" in capsys.readouterr().err
