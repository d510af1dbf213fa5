"""`mohur verify` on the folder of a node that ran: silent when all is well, exact when not."""

import shutil
from pathlib import Path

import pytest

from node.cli.root import status_of
from node.devnet.story.stage import Stage
from node.storage.blocks import height_key
from node.storage.kv import Batch
from node.storage.leveldb import open_store
from tests.e2e.support import expect_whole, pay

pytestmark = pytest.mark.e2e


async def copied_data(stage: Stage, target: Path) -> Path:
    """A copy of a node's data folder, taken while the node was stopped."""
    network = stage.network
    name = network.names[3]
    await pay(stage, 3)
    await expect_whole(stage)
    network.stop(name)
    shutil.copytree(network.layout.data(name), target)
    network.start(name)
    await network.wait_ready(stage.probe, name)
    await expect_whole(stage)
    return target


async def test_a_sound_folder_passes_and_a_changed_one_is_named(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = await copied_data(stage, tmp_path / "data")
    assert status_of(["verify", str(data)]) == 0
    assert "all as they should be" in capsys.readouterr().out

    store = open_store(data / "store", create=False)
    key = height_key(b"r", 2)
    receipts = store.get(key)
    assert receipts is not None
    other = store.get(height_key(b"r", 3))
    assert other is not None
    assert other != receipts
    batch = Batch()
    batch.put(key, other)
    store.write(batch)
    store.close()
    assert status_of(["verify", str(data)]) == 1
    assert "block 2: the stored receipts" in capsys.readouterr().err


async def test_a_folder_in_use_is_refused(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    network = stage.network
    assert status_of(["verify", str(network.layout.data(network.names[0]))]) == 75
    assert "in use by process" in capsys.readouterr().err
