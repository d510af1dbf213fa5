"""Past states of a real chain: every family's records and lists, as they were after each block."""

from pathlib import Path

import pytest

from node.chain import Chain
from node.cli.audit_found import AuditFailed
from node.cli.audit_states import audit_states
from node.cli.root import status_of
from node.config import ConfigInvalid, NodeConfig
from node.retained_states import retained_states
from node.storage.kv import Batch
from node.storage.leveldb import open_store
from node.storage.memory import MemoryStore
from node.storage.past_store import PastStore
from node.storage.state_history import ALL, CHANGED_PREFIX, PAST_PREFIX, changed_key
from tests.node.support.chains import decide, decided_block, open_chain, transfer
from tests.node.support.lived_chain import begun, live
from tests.node.sync.snapshots import assembled, parts_of
from tokens.state import INDEX_PREFIX, RECORD_PREFIX
from tokens.store import all_records, index_rows

BLOCKS = 120
"""Of the golden chain: its script of every family and some everyday."""
RETAINED = 12
STATE = ((INDEX_PREFIX, b"p"), (RECORD_PREFIX, b"t"))

State = list[tuple[bytes, bytes]]


def state_of(store: MemoryStore) -> State:
    """All rows of the newest state."""
    return [pair for start, stop in STATE for pair in store.iterate(start, stop)]


def as_of(chain: Chain, height: int) -> State:
    """All rows of a past state."""
    view = chain.view()
    past = PastStore(view, height)
    found = [pair for start, stop in STATE for pair in past.iterate(start, stop)]
    rows = [row for kind, _, record in all_records(past) for row in index_rows(kind, record)]
    assert sorted(rows) == list(past.iterate(INDEX_PREFIX, b"p"))
    view.close()
    return found


def test_every_state_of_a_chain_can_be_read_again() -> None:
    store = MemoryStore()
    chain = begun(store, BLOCKS, ALL)
    states = [state_of(store), *[state_of(store) for _ in live(chain, BLOCKS)]]
    assert chain.states.oldest(chain.tip.height) == 0
    assert chain.tip.height >= BLOCKS
    for height, state in enumerate(states):
        assert as_of(chain, height) == state


def test_over_restarts_crashes_and_a_retention(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends behind its batch in each fifth block, and a fresh one in each seventh."""
    store = MemoryStore()
    chain = begun(store, BLOCKS, RETAINED)
    states = [state_of(store)]

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    while chain.tip.height < BLOCKS:
        if chain.tip.height % 7 == 0:
            chain = begun(store, BLOCKS, RETAINED)
        with monkeypatch.context() as patch:
            if chain.tip.height % 5 == 0:
                patch.setattr("tokens.ledger.Ledger.absorb", cut)
            try:
                next(live(chain, BLOCKS))
            except KeyboardInterrupt:
                chain = begun(store, BLOCKS, RETAINED)
        states.append(state_of(store))
        oldest = chain.states.oldest(chain.tip.height)
        assert oldest == max(0, chain.tip.height - RETAINED)
        for height in (oldest, (oldest + chain.tip.height) // 2):
            assert as_of(chain, height) == states[height]
    assert len(list(store.iterate_keys(CHANGED_PREFIX, b"d"))) == RETAINED


def test_a_history_is_no_part_of_the_state() -> None:
    """Nodes with and without one sign the same roots, and give the same snapshot."""
    kept, bare = open_chain(), open_chain()
    kept.states.retain = ALL
    for number in range(5):
        assert decide(kept, transfer(number)) == decide(bare, transfer(number))
    assert parts_of(kept) == parts_of(bare)


def test_a_node_that_began_from_a_snapshot_has_the_states_from_there_on() -> None:
    source = open_chain()
    source.states.retain = ALL
    for number in range(4):
        decide(source, transfer(number))
    store = assembled(source, parts_of(source))
    chain = open_chain(store)
    chain.states.retain = ALL
    assert chain.states.oldest(4) == 4
    before = state_of(store)
    decide(chain, transfer(9))
    decide(chain, transfer(10))
    assert chain.states.oldest(6) == 4
    assert as_of(chain, 4) == before == as_of(source, 4)


def test_a_chain_that_is_fetched_again_has_all_states_again() -> None:
    source, rebuilt = open_chain(), open_chain()
    source.states.retain = rebuilt.states.retain = ALL
    for number in range(4):
        block = decided_block(source, transfer(number))
        for chain in (source, rebuilt):
            done = chain.execute(block.proposal, (transfer(number),))
            chain.write(block.proposal, block.certificate, done, 0)
    assert [as_of(rebuilt, height) for height in range(5)] == [
        as_of(source, height) for height in range(5)
    ]


# --- what is kept --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "blocks", "is_dev", "is_validator", "kept"),
    [
        (None, 0, True, True, ALL),
        (None, 0, False, False, ALL),
        (None, 5_000, False, False, 4_999),
        (None, 0, False, True, 0),
        ("all", 0, False, True, ALL),
        ("all", 5_000, False, True, 4_999),
        (0, 0, True, False, 0),
        (100, 5_000, False, True, 100),
        (4_999, 5_000, False, True, 4_999),
    ],
)
def test_so_many_states_are_kept(
    asked: int | str | None, blocks: int, is_dev: bool, is_validator: bool, kept: int
) -> None:
    config = NodeConfig(
        id="n",
        data_dir="d",
        genesis="g",
        retain_blocks=blocks,
        retain_states=asked,  # type: ignore[arg-type]
    )
    assert retained_states(config, is_dev=is_dev, is_validator=is_validator) == kept


def test_states_reach_no_further_back_than_blocks() -> None:
    config = NodeConfig(id="n", data_dir="d", genesis="g", retain_blocks=5_000, retain_states=5_000)
    with pytest.raises(ConfigInvalid, match="at most 4999"):
        retained_states(config, is_dev=False, is_validator=True)


# --- mohur verify --------------------------------------------------------------------------------


def test_verify_undoes_the_states_that_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(tmp_path / "store", create=True)
    chain = open_chain(store)
    chain.states.retain = RETAINED
    for number in range(RETAINED + 3):
        decide(chain, transfer(number))
    store.close()
    assert status_of(["verify", str(tmp_path)]) == 0
    assert f"{RETAINED} past states are kept" in capsys.readouterr().out
    store = open_store(tmp_path / "store", create=False)
    batch = Batch()
    batch.delete(changed_key(RETAINED))
    store.write(batch)
    store.close()
    assert status_of(["verify", str(tmp_path)]) == 1
    assert f"nothing is kept of block {RETAINED}" in capsys.readouterr().err


@pytest.fixture
def pruned() -> MemoryStore:
    """A chain that keeps its last states, and pruned its blocks besides."""
    store = MemoryStore()
    chain = begun(store, BLOCKS, RETAINED)
    chain.retain_blocks = RETAINED + 1
    for _ in live(chain, BLOCKS):
        pass
    return store


def test_the_states_of_a_pruned_chain_have_the_signed_roots(pruned: MemoryStore) -> None:
    assert audit_states(begun(pruned, BLOCKS, 0)) == RETAINED


@pytest.mark.parametrize("prefix", [RECORD_PREFIX, INDEX_PREFIX])
@pytest.mark.parametrize("harm", ["changed", "missing", "added"])
def test_a_history_that_is_wrong_is_found(pruned: MemoryStore, prefix: bytes, harm: str) -> None:
    """Not only the rows of the last block: any block's, of records and of lists."""
    end = PAST_PREFIX + prefix + b"\xff" * 64
    rows = [row for row in pruned.iterate(PAST_PREFIX + prefix, end) if row[1]]
    for key, value in rows[:: max(1, len(rows) // 5)]:
        store = pruned.view()
        batch = Batch()
        match harm:
            case "changed":
                batch.put(key, b"")
            case "missing":
                batch.delete(key)
            case _:
                batch.put(key[:-8] + b"\x01" + key[-8:], value)
        store.write(batch)
        with pytest.raises(AuditFailed, match="past states: "):
            audit_states(begun(store, BLOCKS, 0))
