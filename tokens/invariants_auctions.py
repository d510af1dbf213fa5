"""What must hold of auctions after every block (5.2)."""

from collections.abc import Iterator
from typing import Protocol, TypeVar

import msgspec

from tokens.auctions import address_of, lower_is_better
from tokens.records.auctions import AUCTION, AUCTION_RESULT, AuctionStatus, AuctionType
from tokens.records.bids import (
    ALLOTMENT,
    BID_SHEET,
    NCB,
    Allotment,
    AllotmentStatus,
    SheetStatus,
)
from tokens.records.holdings import LIEN
from tokens.records.instruments import ASSET
from tokens.records.kind import RecordKind
from tokens.records.settlement import BATCH, BatchStatus

R = TypeVar("R", bound=msgspec.Struct)


class Records(Protocol):
    """All records of a state, by kind."""

    def all(self, kind: RecordKind[R]) -> list[R]:
        """The records of a kind."""


def _by_auction(state: Records) -> dict[str, list[Allotment]]:
    found: dict[str, list[Allotment]] = {}
    for allotment in state.all(ALLOTMENT):
        found.setdefault(allotment.auction_id, []).append(allotment)
    return found


def validate_auction_counts(state: Records) -> Iterator[str]:
    """What an auction counts is what is there."""
    allotments = _by_auction(state)
    for auction in state.all(AUCTION):
        name = auction.terms.auction_id
        sheets = [s for s in state.all(BID_SHEET) if s.auction_id == name]
        sealed = sum(1 for s in sheets if s.status is SheetStatus.SEALED)
        made = allotments.get(name, [])
        pending = [a for a in made if a.status is AllotmentStatus.PENDING]
        settled = sum(a.face for a in made if a.status is AllotmentStatus.SETTLED)
        failed = sum(a.face for a in made if a.status is AllotmentStatus.FAILED)
        ncbs = [n for n in state.all(NCB) if n.auction_id == name]
        told = (auction.sheets, auction.ncbs, auction.allotments, auction.pending)
        if told != (len(sheets), len(ncbs), len(made), len(pending)):
            yield f"{name}: counts {told}"
        if (auction.settled_face, auction.failed_face) != (settled, failed):
            yield f"{name}: settled {auction.settled_face}, failed {auction.failed_face}"
        if auction.ncb_face != sum(n.amount for n in ncbs if not n.is_void):
            yield f"{name}: face of non-competitive bids {auction.ncb_face}"
        if not auction.keys_at and auction.unopened != sealed:
            yield f"{name}: {auction.unopened} unopened, {sealed} sealed"


def validate_allotments(state: Records) -> Iterator[str]:
    """No bid worse than the cut-off; sums within the room; a batch for each that has ended."""
    allotments = _by_auction(state)
    auctions = {entry.terms.auction_id: entry for entry in state.all(AUCTION)}
    most = {entry.id: entry.max_supply for entry in state.all(ASSET)}
    batches = {(b.initiator, b.batch_id): b for b in state.all(BATCH)}
    for result in state.all(AUCTION_RESULT):
        auction = auctions[result.auction_id]
        made = allotments.get(result.auction_id, [])
        lower = lower_is_better(auction)
        for entry in made:
            worse = entry.bid > result.cut_off if lower else entry.bid < result.cut_off
            if worse and entry.person is None:
                yield f"{entry.auction_id} {entry.number}: bid {entry.bid} beyond the cut-off"
            batch = batches.get((address_of(entry.auction_id), str(entry.number)))
            expected = None if batch is None else _ENDINGS.get(batch.status)
            if entry.status is not (expected or AllotmentStatus.PENDING):
                yield f"{entry.auction_id} {entry.number}: {entry.status.name}, batch {expected}"
        face = sum(entry.face for entry in made)
        if face > result.competitive_face + result.ncb_budget:
            yield f"{result.auction_id}: allotted {face}"
        sells = auction.terms.auction_type is not AuctionType.BUYBACK
        if sells and face > most[auction.terms.asset]:
            yield f"{result.auction_id}: allotted {face} of {most[auction.terms.asset]}"


_ENDINGS = {
    BatchStatus.SETTLED: AllotmentStatus.SETTLED,
    BatchStatus.FAILED: AllotmentStatus.FAILED,
}


def validate_bid_holds(state: Records) -> Iterator[str]:
    """A hold of an auction belongs to a bid of it."""
    owners = {address_of(entry.terms.auction_id): entry for entry in state.all(AUCTION)}
    bids = {s.lien for s in state.all(BID_SHEET)} | {n.lien for n in state.all(NCB)}
    for lien in state.all(LIEN):
        auction = owners.get(lien.owner)
        if auction is not None and lien.id not in bids:
            yield f"{auction.terms.auction_id}: a hold of {lien.amount} without a bid"
        if auction is not None and auction.status is AuctionStatus.SETTLED:
            yield f"{auction.terms.auction_id}: settled, and {lien.amount} is still held"


AUCTION_INVARIANTS = (validate_auction_counts, validate_allotments, validate_bid_holds)
"""Lines of INVARIANTS."""
