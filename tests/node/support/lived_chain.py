"""The golden chain's blocks on a real chain with a store: every family's records and lists move."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from node.chain import Chain
from node.storage.kv import KeyValueStore
from tests.golden_chain import FastLedger, play
from tests.node.support.chains import decide
from tokens.block import BlockResult
from tokens.genesis import Genesis
from tokens.results import Code
from tokens.transaction import DecodedTransaction, decode_transaction


class Recorder(FastLedger):
    """Remembers the bytes of its blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[tuple[bytes, ...]] = []

    def block(
        self, *transactions: bytes, signers: Sequence[str] | None = None, check: bool = True
    ) -> BlockResult:
        """As of a ledger."""
        self.blocks.append(transactions)
        return super().block(*transactions, signers=signers, check=check)


@lru_cache(maxsize=2)
def script(blocks: int) -> tuple[Genesis, tuple[tuple[DecodedTransaction, ...], ...]]:
    """(genesis, transactions of each block); at least so many blocks."""
    ledger = Recorder()
    play(blocks, ledger)
    return ledger.genesis, tuple(tuple(map(_decoded, block)) for block in ledger.blocks)


def live(chain: Chain, blocks: int) -> Iterator[int]:
    """Decide the blocks that the chain does not have yet, one a step; its height after each."""
    for transactions in script(blocks)[1][chain.tip.height :]:
        yield decide(chain, *transactions).height


def begun(store: KeyValueStore, blocks: int, retain: int) -> Chain:
    """A chain for `live` that keeps so many past states."""
    chain = Chain.open(store, script(blocks)[0])
    chain.states.retain = retain
    return chain


def _decoded(data: bytes) -> DecodedTransaction:
    decoded = decode_transaction(data)
    assert not isinstance(decoded, Code), decoded
    return decoded
