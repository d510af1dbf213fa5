"""Ranges that stay short end with a row that is there, whatever was deleted behind them."""

from consensus.types import ValidatorSet
from node.storage.blocks import BlockStore, height_key
from node.storage.kv import Batch
from tests.node.support.chains import decide, open_chain, transfer
from tests.tombs import Tombs

WINDOW = 10
BLOCKS = 40


def long_chain() -> tuple[Tombs, BlockStore, ValidatorSet]:
    """A window that lost its first rows, and headers that were pruned: `w`, `h` come after."""
    store = Tombs()
    chain = open_chain(store, window_blocks=WINDOW)
    for number in range(BLOCKS):
        decide(chain, transfer(number, valid_until=number + 5))
    batch = Batch()
    for height in range(1, BLOCKS):
        batch.put(height_key(b"h", height), b"header")
    store.write(batch)
    batch = Batch()
    for height in range(1, BLOCKS):
        batch.delete(height_key(b"h", height))
    store.write(batch)
    chain.blocks.add_evidence("a", 3, b"one")
    chain.blocks.add_evidence("b", 5, b"other")
    store.stepped = 0
    return store, chain.blocks, chain.tip.validators


def test_the_set_of_an_old_height_costs_the_same_in_a_long_chain() -> None:
    """A Status with an old certificate stepped over all the window had lost: 10 ms, then 100."""
    store, blocks, members = long_chain()
    assert blocks.validators_at(2) == blocks.validators_at(BLOCKS) == members
    assert store.stepped == 0


def test_evidence_is_read_without_the_headers_that_were_pruned() -> None:
    store, blocks, _ = long_chain()
    assert blocks.evidence(10) == [("b", 5, b"other"), ("a", 3, b"one")]
    assert store.stepped == 0
