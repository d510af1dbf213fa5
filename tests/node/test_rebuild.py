"""A damaged store is moved aside, never deleted, and the node begins again beside its old guard."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from node.app import EXIT_OK
from node.chain import Chain
from node.config import PeerAddress
from node.devnet.ports import choose
from node.devnet.profile import VALIDATORS
from node.rebuild import DAMAGED_KEPT_MAX, open_chain, set_aside
from node.storage.blocks import TIP_KEY
from node.storage.kv import EXIT_STORAGE_FAILED, Batch, StorageDamaged, StorageFailed
from node.storage.leveldb import DamagedStore, open_store
from tests.node.support.chains import small_genesis, transfer
from tests.node.support.network import Network
from tests.node.support.process import PATIENCE_S, configure, running
from tests.node.support.virtual_loop import run_virtually
from tokens.store import DamagedState
from tokens.transaction import DecodedTransaction

PEERS = (PeerAddress(id=VALIDATORS[1], host="127.0.0.1", port=9),)
"""Nobody listens there: a rebuild begins all the same."""
TX_ID = b"\x05" * 32


def begin(folder: Path) -> None:
    """A store of genesis."""
    store, _ = open_chain(folder, small_genesis(), has_peers=False)
    store.close()


def lose_current(folder: Path) -> None:
    (folder / "CURRENT").unlink()


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


def flip_the_log(folder: Path) -> None:
    path = max(folder.glob("*.log"), key=lambda found: found.stat().st_size)
    flip(path, path.stat().st_size // 3)


def lose_the_tip(folder: Path) -> None:
    """Every checksum is right and yet no block ever had this state."""
    store = open_store(folder, create=False)
    batch = Batch()
    batch.delete(TIP_KEY)
    store.write(batch)
    store.close()


DAMAGES: list[tuple[Callable[[Path], None], str, type[Exception]]] = [
    (lose_current, "unreadable", DamagedStore),
    (flip_the_log, "unreadable", DamagedStore),
    (lose_the_tip, "state", DamagedState),
]


@pytest.mark.parametrize(("damage", "cause", "error"), DAMAGES)
def test_a_damaged_store_is_kept_under_a_name_that_says_why(
    tmp_path: Path, damage: Callable[[Path], None], cause: str, error: type[Exception]
) -> None:
    folder = tmp_path / "store"
    begin(folder)
    damage(folder)
    before = sorted(path.name for path in folder.iterdir() if path.suffix in (".log", ".ldb"))
    store, chain = open_chain(folder, small_genesis(), has_peers=True)
    assert chain.tip.height == 0
    assert chain.guard_sequence == 0
    store.close()
    (kept,) = tmp_path.glob("store.damaged-*")
    assert kept.name.endswith(f"-{cause}-1")
    assert set(before) & {path.name for path in kept.iterdir()}
    with pytest.raises(error):
        open_chain(kept, small_genesis(), has_peers=False)


@pytest.mark.parametrize(("damage", "cause", "error"), DAMAGES)
def test_without_peers_it_stays_where_it_is(
    tmp_path: Path, damage: Callable[[Path], None], cause: str, error: type[Exception]
) -> None:
    folder = tmp_path / "store"
    begin(folder)
    damage(folder)
    for _ in range(2):
        with pytest.raises(error):
            open_chain(folder, small_genesis(), has_peers=False)
    assert [path.name for path in tmp_path.iterdir()] == ["store"], cause


def test_a_bounded_number_is_kept_and_none_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    begin(folder)
    for _ in range(DAMAGED_KEPT_MAX):
        lose_current(folder)
        open_chain(folder, small_genesis(), has_peers=True)[0].close()
    lose_current(folder)
    with pytest.raises(StorageFailed, match="Replace it"):
        open_chain(folder, small_genesis(), has_peers=True)
    assert folder.is_dir()
    assert len(list(tmp_path.glob("store.damaged-*"))) == DAMAGED_KEPT_MAX


def test_a_disk_that_refuses_leaves_the_store_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Chain:
        raise StorageFailed("Input/output error")

    begin(tmp_path / "store")
    monkeypatch.setattr(Chain, "open", refuse)
    with pytest.raises(StorageFailed):
        open_chain(tmp_path / "store", small_genesis(), has_peers=True)
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_store_that_cannot_be_moved_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise OSError(30, "Read-only file system")

    begin(tmp_path / "store")
    monkeypatch.setattr("node.rebuild.keep_aside", refuse)
    with pytest.raises(StorageFailed, match="cannot be moved"):
        set_aside(tmp_path / "store", StorageDamaged("x"))


@pytest.mark.e2e
def test_a_process_with_peers_begins_anew_beside_its_guard(tmp_path: Path) -> None:
    config = configure(tmp_path, peers=PEERS)
    with running(config) as process:
        process.terminate()
        assert process.wait(PATIENCE_S) == EXIT_OK
    data = tmp_path / "data"
    (guard,) = (data / "guard").iterdir()
    signed = guard.read_bytes()
    lose_current(data / "store")
    with running(config) as process:
        process.terminate()
        assert process.wait(PATIENCE_S) == EXIT_OK
    assert len(list(data.glob("store.damaged-*"))) == 1
    assert guard.read_bytes() == signed


async def ask_receipt(port: int) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tx_getReceipt",
        "params": {"txId": "0x" + TX_ID.hex()},
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}", json=call) as response,
    ):
        assert "result" not in await response.json()


def hide_damage(folder: Path) -> None:
    """A row that no start reads, in a table with a flipped bit where that row lies."""
    store = open_store(folder, create=False)
    batch = Batch()
    batch.put(b"x" + bytes(32), b"\x01" * 10_000)  # ends the block of the rows before
    batch.put(b"x" + TX_ID, bytes(100_000))
    store.write(batch)
    store._database.compact_range()  # type: ignore[attr-defined]
    store.close()
    table = max(folder.glob("*.ldb"), key=lambda path: path.stat().st_size)
    flip(table, table.read_bytes().index(bytes(50_000)) + 25_000)


@pytest.mark.e2e
def test_damage_that_a_client_meets_ends_the_process_and_the_next_start_is_sound(
    tmp_path: Path,
) -> None:
    (port,) = choose([0])
    config = configure(tmp_path, peers=PEERS, rpc_port=port)
    (tmp_path / "data").mkdir()
    begin(tmp_path / "data" / "store")
    hide_damage(tmp_path / "data" / "store")
    with running(config) as process:
        asyncio.run(ask_receipt(port))
        assert process.wait(PATIENCE_S) == EXIT_STORAGE_FAILED
    (kept,) = (tmp_path / "data").glob("store.damaged-*")
    assert kept.name.endswith("-checksum-1")
    with running(config) as process:
        process.terminate()
        assert process.wait(PATIENCE_S) == EXIT_OK


def test_a_rebuilt_node_keeps_its_guard_and_votes_again(tmp_path: Path) -> None:
    """An empty store beside a guard that is ahead of it: neither amnesia nor an observer."""
    first, _, third, lame = VALIDATORS

    def payments(number: int) -> list[DecodedTransaction]:
        return [transfer(each, valid_until=90) for each in range(number, number + 3)]

    async def main() -> None:
        async with Network(tmp_path, on_disk=True) as network:
            network.start()
            await network.submit(first, *payments(0))
            await network.reach(3)
            network.stop(lame)
            set_aside(tmp_path / lame / "store", StorageDamaged("a checksum"))
            await network.submit(first, *payments(10))
            await network.reach(network.height() + 1)
            network.start(lame)
            node = network.nodes[lame]
            assert (node.height, node.restored.guard_stale) == (0, None)
            assert node.restored.guard_height >= 3
            await network.until(lambda: node.driver.replica.is_voting)
            # Its vote is needed when one of the others is gone.
            network.stop(third)
            await network.submit(first, *payments(20))
            await network.reach(network.height() + 2)
            network.check()

    run_virtually(main)
