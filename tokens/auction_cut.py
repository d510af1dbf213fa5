"""Who gets what at a cut-off: a pure function of the opened sheets (5.2, points 3 and 4).

Rules of this file:
1. Better bids are filled whole; the volume at the cut-off is shared (finance/pro_rata.py).
2. The order of bids is (number of the sheet, line): ties go to the lower.
3. It is computed again wherever it is needed, from the sheets alone: by the ledger's pages and by
   any bidder.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tokens.amount import mul_div_floor
from tokens.auctions import lower_is_better
from tokens.finance.auction_math import (
    PAR_E4,
    Fill,
    bill_weighted_average_yield_e6_half_up,
    weighted_average_price_e4_half_up,
)
from tokens.finance.pro_rata import SharingTerms, share_volume
from tokens.records.auctions import (
    Auction,
    AuctionMethod,
    AuctionResult,
    BidUnit,
    NcbMethod,
    RelatedBidders,
)
from tokens.records.bids import BidSheet, SheetStatus
from tokens.types import AssetKind


class Award(NamedTuple):
    """One line and what it wins."""

    sheet: BidSheet
    line: int
    """Index in the sheet."""
    bid: int
    offered: int
    """Face of the line."""
    face: int
    """What it wins; 0 = nothing."""


class Outcome(NamedTuple):
    """All lines of all opened sheets, in order of their ids."""

    awards: tuple[Award, ...]
    at_cut_off: int
    """Face offered at the cut-off."""

    @property
    def fills(self) -> list[Fill]:
        """The allotments."""
        return [Fill(face=entry.face, bid=entry.bid) for entry in self.awards if entry.face]

    @property
    def face(self) -> int:
        """Sum of the allotments."""
        return sum(entry.face for entry in self.awards)


def cut(
    auction: Auction, sheets: Sequence[BidSheet], cut_off: int, quantity: int | None
) -> Outcome:
    """Allot at a cut-off.

    Args:
        auction: its terms say which bids are better, and how volume is shared.
        sheets: in order of their numbers; only opened ones count.
        cut_off: the worst bid that is accepted.
        quantity: face for the bids at the cut-off, a multiple, at most what they offer; None = all.

    Raises:
        ValueError: a quantity that cannot be shared.
    """
    lower = lower_is_better(auction)
    terms = auction.terms
    lines = [
        Award(sheet, at, line.bid, line.face, 0)
        for sheet in sheets
        if sheet.status is SheetStatus.OPENED
        for at, line in enumerate(sheet.lines)
    ]
    marginal = [entry.offered for entry in lines if entry.bid == cut_off]
    volume = sum(marginal) if quantity is None else quantity
    sharing = SharingTerms(terms.fill_first, terms.prorata_step, terms.multiple)
    shares = iter(share_volume(marginal, volume, sharing))
    awards = []
    for entry in lines:
        if entry.bid == cut_off:
            awards.append(entry._replace(face=next(shares)))
        elif (entry.bid < cut_off) == lower:
            awards.append(entry._replace(face=entry.offered))
        else:
            awards.append(entry)
    return Outcome(tuple(awards), sum(marginal))


def price_of(auction: Auction, cut_off: int, bid: int) -> int:
    """price_e4 that a winner with this bid pays."""
    if auction.terms.bid_unit is BidUnit.RATE_E6:
        return PAR_E4
    return cut_off if auction.terms.method is AuctionMethod.UNIFORM else bid


def average_of(auction: Auction, fills: Sequence[Fill]) -> int:
    """Face-weighted average of what winners pay (of the bids where they are rates), on the tick.

    Rounded half up.
    """
    return weighted_average_price_e4_half_up(fills, auction.terms.tick)


def ncb_price_of(auction: Auction, average: int) -> int:
    """price_e4 of non-competitive bids: the average, or par where bids are rates."""
    return PAR_E4 if auction.terms.bid_unit is BidUnit.RATE_E6 else average


def ncb_face(auction: Auction, result: AuctionResult, given: int, amount: int) -> int:
    """What a non-competitive bid gets when smaller ones got `given`; 0 below the smallest bid.

    Rounded down to the multiple.
    """
    ncb = auction.terms.ncb
    if ncb is None or result.ncb_offered <= result.ncb_budget:
        return amount
    if ncb.method is NcbMethod.PRO_RATA:
        face = mul_div_floor(amount, result.ncb_budget, result.ncb_offered)
    else:
        face = min(amount, result.ncb_budget - given)
    face -= face % auction.terms.multiple
    return face if face >= auction.terms.min_bid else 0


def paid_fills(auction: Auction, cut_off: int, outcome: Outcome) -> list[Fill]:
    """The allotments at what they pay; where bids are rates, at what they bid."""
    if auction.terms.bid_unit is BidUnit.RATE_E6:
        return outcome.fills
    return [
        Fill(face=fill.face, bid=price_of(auction, cut_off, fill.bid)) for fill in outcome.fills
    ]


def way_of(kind: AssetKind, fills: Sequence[Fill], days: int) -> int | None:
    """way_e6 of a bill, of what the winners pay; None for others (a view there)."""
    if kind is not AssetKind.BILL:
        return None
    return bill_weighted_average_yield_e6_half_up(fills, days)


def related(groups: Sequence[tuple[str, bytes]]) -> tuple[RelatedBidders, ...]:
    """Control groups with more than one bidder, ascending; bidders in order of their sheets."""
    found: dict[str, list[bytes]] = {}
    for group, bidder in groups:
        found.setdefault(group, []).append(bidder)
    return tuple(
        RelatedBidders(control_group=group, bidders=tuple(found[group]))
        for group in sorted(found)
        if len(found[group]) > 1
    )
