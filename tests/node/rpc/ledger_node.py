"""The reads of a node over a ledger of tests: blocks as results, history by a scan of receipts."""

from collections.abc import Callable
from typing import cast

import msgspec

from consensus.types import Tip
from node.api import NodeApi, StoredBlock, TransactionPlace
from node.history import touched
from node.rpc.method import Call, Caller, Tier
from tests.tokens.support import Ledger
from tokens.genesis import Genesis
from tokens.jsonform import PREFIX_TEST, JsonForm
from tokens.results import Receipt
from tokens.state import Overlay


class Height(msgspec.Struct, frozen=True):
    """What is asked of a tip."""

    height: int


class Receipts(msgspec.Struct, frozen=True):
    """What is asked of a block."""

    receipts: tuple[Receipt, ...]


class LedgerNode:
    """Behind `Call`."""

    def __init__(self, ledger: Ledger, genesis: Genesis | None = None) -> None:
        self._ledger = ledger
        self.genesis = genesis or ledger.genesis
        self._history: dict[bytes, list[TransactionPlace]] = {}
        for result in ledger.results:
            for address, index in touched((), result.receipts):
                place = TransactionPlace(height=result.height, index=index)
                self._history.setdefault(address, []).append(place)

    def tip(self) -> Tip:
        return cast("Tip", Height(self._ledger.height))

    def state(self) -> Overlay:
        return self._ledger.state

    def oldest_block(self) -> int:
        return 1

    def block(self, height: int) -> StoredBlock | None:
        if not 1 <= height <= len(self._ledger.results):
            return None
        return cast("StoredBlock", Receipts(self._ledger.results[height - 1].receipts))

    def account_history(
        self, address: bytes, before: tuple[int, int] | None, limit: int
    ) -> list[TransactionPlace]:
        places = sorted(
            self._history.get(address, []), key=lambda at: (at.height, at.index), reverse=True
        )
        return [p for p in places if before is None or (p.height, p.index) < before][:limit]


def call_of(node: LedgerNode, tiers: frozenset[Tier] = frozenset({Tier.READ})) -> Call:
    """A call of somebody with these tiers."""
    free: Callable[[int], None] = lambda _: None  # noqa: E731
    call = Call(
        api=cast("NodeApi", node),
        form=JsonForm(PREFIX_TEST),
        tip=node.tip(),
        caller=Caller(name="", tiers=tiers, charge=free),
    )
    call.pin()
    return call
