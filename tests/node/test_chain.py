"""The chain on disk: begin, go on, refuse what is damaged or of another network."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from node.chain import Chain, WrongGenesis
from node.devnet.cast import BANK_1, BANK_1_ACCOUNT, BANK_2, BANK_2_ACCOUNT, MONEY
from node.storage.blocks import TIP_KEY, height_key
from node.storage.kv import Batch, StorageFailed
from node.storage.leveldb import open_store
from node.storage.memory import MemoryStore
from tests.node.support.chains import (
    BALANCE,
    decide,
    decided_block,
    open_chain,
    small_genesis,
    transfer,
)
from tokens.records.holdings import POSITION
from tokens.results import Code
from tokens.state import RECORD_PREFIX
from tokens.store import DamagedState


@contextmanager
def on_disk(folder: Path) -> Iterator[Chain]:
    """A chain on LevelDB, closed at the end."""
    store = open_store(folder / "store", create=True)
    try:
        yield open_chain(store)
    finally:
        store.close()


def test_a_new_chain_stands_at_genesis() -> None:
    chain = open_chain()
    tip = chain.tip
    assert (tip.height, tip.header, tip.certificate) == (0, None, None)
    assert tip.digest == chain.genesis_digest
    assert tip.timestamp_ms == chain.genesis.timestamp_ms
    assert len(tip.validators) == 4
    assert tip.previous_validators == tip.validators
    assert chain.recent_headers() == ()
    assert chain.guard_sequence == 0


def test_a_chain_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with on_disk(tmp_path) as chain:
        for number in range(12):
            decide(chain, transfer(number), guard_sequence=number)
        before = chain.tip
        headers = chain.recent_headers()
    with on_disk(tmp_path) as chain:
        assert chain.tip == before
        assert chain.guard_sequence == 11
        assert chain.recent_headers() == headers
        assert [header.height for header in headers] == list(range(1, 13))
        assert decide(chain, transfer(99)).height == 13


def test_another_genesis_is_refused(tmp_path: Path) -> None:
    with on_disk(tmp_path) as chain:
        decide(chain)
    store = open_store(tmp_path / "store", create=False)
    with pytest.raises(WrongGenesis):
        Chain.open(store, msgspec.structs.replace(small_genesis(), timestamp_ms=1))
    store.close()


def test_a_flipped_record_is_found_at_the_next_start() -> None:
    """Below the checksums of the store: software that wrote the wrong thing."""
    store = MemoryStore()
    decide(open_chain(store), transfer(1))
    key, value = next(
        (key, value)
        for key, value in store.iterate(RECORD_PREFIX, RECORD_PREFIX + b"\xff")
        if b"Indus" in value
    )
    batch = Batch()
    batch.put(key, value.replace(b"Indus", b"indus"))
    store.write(batch)
    with pytest.raises(DamagedState, match=r"state root .* a quorum has signed"):
        open_chain(store)


@pytest.mark.parametrize("prefix", [b"b", b"w"])
def test_a_missing_row_of_the_tip_is_found_at_the_next_start(prefix: bytes) -> None:
    store = MemoryStore()
    decide(open_chain(store), transfer(1))
    batch = Batch()
    batch.delete(height_key(prefix, 1))
    store.write(batch)
    with pytest.raises(DamagedState):
        open_chain(store)


def test_an_altered_window_is_found_at_the_next_start() -> None:
    store = MemoryStore()
    chain = open_chain(store)
    decide(chain, transfer(1))
    decide(chain, transfer(2))
    first, second = store.get(height_key(b"w", 1)), store.get(height_key(b"w", 2))
    assert first is not None
    assert second is not None
    batch = Batch()
    batch.put(height_key(b"w", 1), second)
    store.write(batch)
    with pytest.raises(DamagedState):
        open_chain(store)


def test_a_reference_enters_once_also_over_a_restart(tmp_path: Path) -> None:
    paid = transfer(1, valid_until=90)
    again = transfer(1, valid_until=80, memo="the same reference")
    with on_disk(tmp_path) as chain:
        assert chain.includable(paid) is None
        decide(chain, paid)
        assert chain.includable(paid) is Code.CLIENT_REF_REUSED
    with on_disk(tmp_path) as chain:
        assert chain.includable(paid) is Code.CLIENT_REF_REUSED
        assert chain.includable(again) is Code.CLIENT_REF_REUSED
        assert chain.includable(transfer(2, valid_until=90)) is None


def test_what_is_asked_after_a_block_sees_its_effect() -> None:
    """Reads of one height share an overlay; the next height has a fresh one."""
    chain = open_chain()
    for paid in [transfer(number) for number in range(3)]:
        assert chain.includable(paid) is None
        decide(chain, paid)
        assert chain.includable(paid) is Code.CLIENT_REF_REUSED
        held = chain.overlay().get(POSITION, MONEY, BANK_2_ACCOUNT.address)
        assert held is not None
        assert held.balance == BALANCE + chain.tip.height


def test_junk_of_many_senders_does_not_grow_what_a_height_remembers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`includable` is asked before a signature is checked, by whoever sends bytes."""
    monkeypatch.setattr("node.chain.READER_ANSWERS_MAX", 8)
    chain = open_chain()
    paid = transfer(1)
    for number in range(50):
        stranger = number.to_bytes(16, "big")
        inner = msgspec.structs.replace(paid.signed.transaction, sender=stranger)
        signed = msgspec.structs.replace(paid.signed, transaction=inner)
        assert chain.includable(dataclasses.replace(paid, signed=signed)) is not None
        assert len(chain._reader._view) <= 64
    assert chain.includable(paid) is None


def test_the_window_forgets_what_can_no_longer_enter() -> None:
    store = MemoryStore()
    chain = open_chain(store, window_blocks=10)
    decide(chain, transfer(1, valid_until=5))
    for _ in range(10):
        decide(chain)
    assert store.get(height_key(b"w", 1)) is None
    assert store.get(height_key(b"w", 2)) is not None
    assert chain.includable(transfer(1, valid_until=20)) is None
    assert chain.includable(transfer(1, valid_until=11)) is Code.EXPIRED
    assert open_chain(store, window_blocks=10).tip == chain.tip


def test_a_crash_between_batch_and_memory_gives_the_new_height(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore()
    chain = open_chain(store)
    block = decided_block(chain, transfer(1))
    done = chain.execute(block.proposal, (transfer(1),))

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tokens.ledger.Ledger.absorb", cut)
        with pytest.raises(KeyboardInterrupt):
            chain.write(block.proposal, block.certificate, done, 3)
    resumed = open_chain(store)
    assert resumed.tip.height == 1
    assert resumed.tip.certificate == block.certificate
    assert resumed.guard_sequence == 3


class FullStore(MemoryStore):
    """A disk that takes no further batch."""

    full = False

    def write(self, batch: Batch) -> None:
        if self.full:
            raise StorageFailed("no space")
        super().write(batch)


def test_a_failed_batch_leaves_the_chain_at_the_height_before() -> None:
    store = FullStore()
    chain = open_chain(store)
    decide(chain, transfer(1))
    before = chain.tip
    store.full = True
    with pytest.raises(StorageFailed):
        decide(chain, transfer(2))
    assert chain.tip is before
    assert chain.ledger.height == 1
    store.full = False
    assert open_chain(store).tip == before


def test_blocks_receipts_places_and_history_are_kept() -> None:
    chain = open_chain()
    good, poor = transfer(1), transfer(2, amount=10**15)
    back = transfer(3, party=BANK_2)
    first = decide(chain, good, poor)
    decide(chain, back)
    stored = chain.blocks.block(1)
    assert stored is not None
    assert stored.digest == first.digest
    assert stored.transactions == (good.data, poor.data)
    assert [Code(receipt.code) for receipt in stored.receipts[:1]] == [Code.OK]
    assert Code(stored.receipts[1].code) is not Code.OK
    assert chain.blocks.height_of(first.digest) == 1
    assert chain.blocks.height_of(bytes(32)) is None
    place = chain.blocks.place(poor.tx_id)
    assert place is not None
    assert (place.height, place.index) == (1, 1)
    receipt = chain.blocks.receipt(place)
    assert receipt is not None
    assert receipt.tx_id == poor.tx_id
    assert chain.blocks.place(bytes(32)) is None
    newest_first = [
        (found.height, found.index)
        for found in chain.blocks.history(BANK_1_ACCOUNT.address, None, 10)
    ]
    assert newest_first == [(2, 0), (1, 0)]
    assert [f.height for f in chain.blocks.history(BANK_1_ACCOUNT.address, (2, 0), 10)] == [1]
    assert [f.height for f in chain.blocks.history(BANK_1_ACCOUNT.address, None, 1)] == [2]
    assert (1, 1) in [
        (found.height, found.index) for found in chain.blocks.history(BANK_1.address, None, 10)
    ]
    assert chain.blocks.history(b"\x00" * 16, None, 10) == []


def test_without_the_history_index_no_row_of_it_is_written() -> None:
    chain = open_chain()
    chain.history_index = False
    decide(chain, transfer(1))
    assert chain.blocks.history(BANK_2_ACCOUNT.address, None, 10) == []
    assert chain.blocks.place(transfer(1).tx_id) is not None


def test_a_decided_block_is_served_as_it_was_decided() -> None:
    chain = open_chain()
    block = decided_block(chain, transfer(1))
    decide(chain, transfer(1))
    assert chain.decided_at(1) == block
    assert chain.decided_at(2) is None
    assert chain.decided_at(2**62) is None
    assert chain.proposal_at(1, block.certificate.digest) == block.proposal
    assert chain.proposal_at(1, bytes(32)) is None
    assert chain.proposal_at(2**62, bytes(32)) is None


def test_validator_sets_of_the_past_the_present_and_two_ahead() -> None:
    chain = open_chain()
    for _ in range(25):
        decide(chain)
    everybody = chain.tip.validators
    assert [chain.validators_at(height) == everybody for height in (1, 10, 25, 26, 27)] == [
        True
    ] * 5
    assert chain.validators_at(28) is None
    assert chain.validators_at(0) is None


def test_proofs_are_of_the_tip_and_of_known_kinds_only() -> None:
    chain = open_chain()
    assert chain.prove(bytes(32)) != b""
    assert chain.record_bytes(250, bytes(32)) is None
    assert chain.record_bytes(1, bytes(32)) is None


def test_a_store_without_a_tip_is_no_chain() -> None:
    with pytest.raises(DamagedState, match="no tip"):
        Chain(MemoryStore(), small_genesis())


def test_the_tip_row_of_a_block_that_is_not_there_is_damage() -> None:
    store = MemoryStore()
    chain = open_chain(store)
    decide(chain)
    first = store.get(TIP_KEY)
    decide(chain)
    assert first is not None
    batch = Batch()
    batch.put(TIP_KEY, first)
    store.write(batch)
    # The records are those of block 2 then: their root is not what block 1's quorum signed.
    with pytest.raises(DamagedState):
        open_chain(store)
