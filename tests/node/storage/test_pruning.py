"""A node that keeps its newest blocks only: what goes, what stays, what it says."""

from pathlib import Path

import pytest

from node.chain import Chain
from node.cli.root import status_of
from node.devnet.cast import BANK_1
from node.storage.blocks import FloorRow, height_key
from node.storage.kv import Batch, KeyValueStore
from node.storage.leveldb import open_store
from node.storage.memory import MemoryStore
from node.storage.pruning import PRUNED_PER_BLOCK_MAX, retain_min
from tests.node.support.chains import decide, open_chain, small_genesis, transfer

KEPT = 12
HEADERS = 311
"""window_heights(1, 31) + 1: the headers that suspension may look at."""


def keys(store: KeyValueStore) -> dict[str, int]:
    """How many rows of each kind there are."""
    found: dict[str, int] = {}
    for key in store.iterate_keys(b"", b"\xff"):
        found[chr(key[0])] = found.get(chr(key[0]), 0) + 1
    return found


def pruned(store: KeyValueStore, blocks: int, kept: int = KEPT) -> Chain:
    chain = open_chain(store, rotation_heights=1)
    chain.retain_blocks = kept
    for _ in range(blocks):
        height = chain.tip.height
        decide(chain, transfer(height, valid_until=height + 50))
    return chain


def test_what_is_below_the_floor_goes_and_the_header_stays_as_long_as_it_is_needed() -> None:
    store = MemoryStore()
    chain = pruned(store, 330)
    assert chain.blocks.floor == FloorRow(blocks=330 - KEPT + 1, headers=330 - HEADERS + 1)
    found = keys(store)
    assert {kind: found[kind] for kind in "yrdx"} == dict.fromkeys("yrdx", KEPT)
    assert found["b"] == HEADERS
    assert len(chain.recent_headers()) == HEADERS
    assert [header.height for header in chain.recent_headers()] == list(range(20, 331))


def test_account_history_reaches_as_far_as_the_blocks() -> None:
    chain = pruned(MemoryStore(), 40)
    places = chain.blocks.history(BANK_1.address, None, 100)
    assert [place.height for place in places] == list(range(40, 40 - KEPT, -1))
    whole = pruned(MemoryStore(), 40, kept=0)
    assert len(whole.blocks.history(BANK_1.address, None, 100)) == 40


def test_what_is_gone_is_not_given_out() -> None:
    chain = pruned(MemoryStore(), 40)
    floor = chain.blocks.floor.blocks
    row = chain.blocks.row(floor - 1)
    assert row is not None
    assert chain.blocks.block(floor - 1) is None
    assert chain.decided_at(floor - 1) is None
    assert chain.proposal_at(floor - 1, row.digest) is None
    assert chain.blocks.height_of(row.digest) is None
    assert chain.blocks.place(row.tx_ids[0]) is None
    assert chain.decided_at(floor) is not None
    assert chain.blocks.block(floor) is not None


def test_an_old_past_is_worked_off_a_few_blocks_at_a_time() -> None:
    store = MemoryStore()
    chain = pruned(store, 60, kept=0)
    assert chain.blocks.floor.blocks == 1
    chain.retain_blocks = KEPT
    floors = []
    for height in range(60, 60 + 20):
        decide(chain, transfer(height, valid_until=height + 50))
        floors.append(chain.blocks.floor.blocks)
    steps = [after - before for before, after in zip([1, *floors], floors, strict=False)]
    assert max(steps) == PRUNED_PER_BLOCK_MAX
    assert steps[-1] == 1
    assert keys(store)["y"] == KEPT


def test_a_pruned_chain_goes_on_after_a_restart() -> None:
    store = MemoryStore()
    before = pruned(store, 40)
    after = Chain.open(store, small_genesis(rotation_heights=1))
    assert after.tip == before.tip
    assert after.blocks.floor == before.blocks.floor
    assert after.recent_headers() == before.recent_headers()


@pytest.mark.parametrize(
    ("window", "interval", "least"), [(100, 0, 200), (1_000, 1_000, 2_000), (1_000, 10, 1_100)]
)
def test_so_many_blocks_have_to_be_kept(window: int, interval: int, least: int) -> None:
    assert retain_min(window, interval) == least


# --- mohur verify --------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    store = open_store(tmp_path / "store", create=True)
    pruned(store, 40)
    store.close()
    return tmp_path


def test_verify_says_that_nothing_was_replayed(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(["verify", str(data)]) == 0
    told = capsys.readouterr().out
    assert f"blocks below {40 - KEPT + 1} are not here: nothing was replayed" in told
    assert f"{KEPT} blocks, {KEPT} transactions" in told


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        (b"b", "block 35 is missing"),
        (b"y", "block 35: its certificate or body is wrong|block 35: a transaction"),
        (b"r", "block 35: the stored receipts"),
    ],
)
def test_verify_finds_a_changed_row(
    data: Path, prefix: bytes, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(data / "store", create=False)
    other = store.get(height_key(prefix, 36))
    assert other is not None
    batch = Batch()
    batch.put(height_key(prefix, 35), other)
    store.write(batch)
    store.close()
    assert status_of(["verify", str(data)]) == 1
    told = capsys.readouterr().err
    assert any(each in told for each in message.split("|")), told
