"""What the events of a block say must be what it did (page 04: the audit log is complete).

Rules of this file:
1. Balances, supplies and liens are followed from events alone and compared with the records after
   each block: what moved without a word, or was told and did not happen, ends the run.
2. Units of a security come into being in batches that settled, and in no other way (5.2, 5.5).
3. A settled batch moved each of its legs, whole: delivery without payment is a broken promise.
4. A transaction is applied at most once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from tokens.events import (
    BatchStatusChanged,
    Burned,
    Issued,
    LedgerEvent,
    LienEnded,
    LienPlaced,
    Moved,
)
from tokens.invariants import Snapshot
from tokens.records.holdings import LIEN, POSITION
from tokens.records.instruments import INSTRUMENT
from tokens.records.settlement import BATCH, ISSUANCE, BatchStatus
from tokens.results import Receipt
from tokens.state import Overlay

Place = tuple[str, bytes]


class Audit:
    """Balances and liens as the events tell them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.balances: Counter[Place] = Counter()
        for entry in snapshot.all(POSITION):
            self.balances[entry.asset, entry.account] = entry.balance
        self.liens = {lien.id for lien in snapshot.all(LIEN)}
        self.applied: set[bytes] = set()

    def judge(
        self, state: Overlay, count: int, receipts: Sequence[Receipt], after: Snapshot
    ) -> list[str]:
        """What a block of `count` transactions did that its receipts do not say, or the reverse."""
        events = [event for receipt in receipts for event in receipt.events]
        return [
            *self._judge_once(receipts[:count]),
            *self._judge_balances(events, after),
            *self._judge_liens(events, after),
            *judge_batches(state, events),
            *judge_issues(state, events, after),
        ]

    def _judge_once(self, receipts: Sequence[Receipt]) -> Iterator[str]:
        for receipt in receipts:
            if receipt.tx_id in self.applied:
                yield f"{receipt.tx_id.hex()} was applied twice"
            self.applied.add(receipt.tx_id)
            if receipt.code and receipt.events:
                yield f"{receipt.tx_id.hex()} failed, and did something"
        # steps of one item of the agenda in one block share an id: they are no transactions

    def _judge_balances(self, events: Sequence[LedgerEvent], after: Snapshot) -> Iterator[str]:
        for event in events:
            if isinstance(event, Moved):
                self.balances[event.asset, event.source] -= event.amount
                self.balances[event.asset, event.target] += event.amount
            elif isinstance(event, Issued):
                self.balances[event.asset, event.target] += event.amount
            elif isinstance(event, Burned):
                self.balances[event.asset, event.source] -= event.amount
        found = {(e.asset, e.account): e.balance for e in after.all(POSITION) if e.balance}
        told = {place: amount for place, amount in self.balances.items() if amount}
        for asset, account in sorted({*found, *told}):
            amounts = found.get((asset, account), 0), told.get((asset, account), 0)
            if amounts[0] != amounts[1]:
                yield f"{asset} of {account.hex()}: {amounts[0]} there, {amounts[1]} told"

    def _judge_liens(self, events: Sequence[LedgerEvent], after: Snapshot) -> Iterator[str]:
        for event in events:
            if isinstance(event, LienPlaced):
                self.liens.add(event.lien)
            elif isinstance(event, LienEnded):
                self.liens.discard(event.lien)
        found = {lien.id for lien in after.all(LIEN)}
        for lien in sorted(found ^ self.liens):
            yield f"lien {lien.hex()} {'came' if lien in found else 'went'} without a word"


def judge_batches(state: Overlay, events: Sequence[LedgerEvent]) -> Iterator[str]:
    """Every leg of what settled was posted, as often as it is there."""
    told: Counter[tuple[str, bytes, bytes, int]] = Counter()
    for event in events:
        if isinstance(event, Moved):
            told[event.asset, event.source, event.target, event.amount] += 1
        elif isinstance(event, Issued):
            told[event.asset, ISSUANCE, event.target, event.amount] += 1
    for event in events:
        if not isinstance(event, BatchStatusChanged) or event.status is not BatchStatus.SETTLED:
            continue
        batch = state.get(BATCH, event.initiator, event.batch_id)
        if batch is None:
            yield f"batch {event.batch_id} settled and is not there"
            continue
        for leg in batch.legs:
            place = (leg.asset, leg.source or b"", leg.target or b"", leg.quantity)
            told[place] -= 1
            if told[place] < 0:
                yield f"batch {event.batch_id}: a leg of {leg.quantity} {leg.asset} did not move"


def judge_issues(state: Overlay, events: Sequence[LedgerEvent], after: Snapshot) -> Iterator[str]:
    """What was issued of a security is what settled batches issue."""
    securities = {instrument.asset for instrument in after.all(INSTRUMENT)}
    made: Counter[str] = Counter()
    for event in events:
        if isinstance(event, Issued) and event.asset in securities:
            made[event.asset] += event.amount
        elif isinstance(event, BatchStatusChanged) and event.status is BatchStatus.SETTLED:
            batch = state.get(BATCH, event.initiator, event.batch_id)
            for leg in () if batch is None else batch.legs:
                if leg.source == ISSUANCE:
                    made[leg.asset] -= leg.quantity
    for asset, amount in sorted(made.items()):
        if amount:
            yield f"{asset}: {amount} more issued than batches say"
