"""Bids of auctions, and what they won: sheets, non-competitive bids, allotments (5.2)."""

from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.records.auctions import BidValue, Face
from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, Amount, Count, Hash, Reference

LINES_MAX = 64
"""Lines of one sheet."""
NCBS_MAX = 8_192
"""Non-competitive bids of one auction."""
SEALED_BYTES = 1_248
"""Of every sealed sheet, whatever is in it: its size tells nothing."""

Sealed = Annotated[
    bytes,
    msgspec.Meta(min_length=SEALED_BYTES, max_length=SEALED_BYTES, extra={"form": "hex"}),
]
SignedMoney = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
"""Minor units of money that the bidder pays; negative: that the Treasury pays."""


class SheetStatus(IntEnum):
    """Life of a bid sheet."""

    SEALED = 1
    OPENED = 2
    VOID_UNOPENED = 3
    """Nobody could open it in time."""
    VOID_FUNDS = 4
    """Its hold does not cover its lines."""
    VOID_LINES = 5
    """A line that this auction does not take."""
    VOID_OTHERS = 6
    """Non-competitive bids only: the person bid twice."""


class AllotmentStatus(IntEnum):
    """Life of an allotment."""

    PENDING = 1
    SETTLED = 2
    FAILED = 3


class BidLine(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One bid of a sheet."""

    bid: BidValue
    """price_e4 or rate_e6."""
    face: Face
    """Minor units of face."""


Lines = Annotated[tuple[BidLine, ...], msgspec.Meta(max_length=LINES_MAX)]


class BidSheet(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The one sheet of a bidder: sealed until it is opened, then for all to read."""

    auction_id: Reference
    bidder: Address
    """Primary dealer, or the account of another bidder."""
    account: Address
    """Pays and receives."""
    number: Count
    """Order of arrival in the auction; a replaced sheet gets a new one."""
    commit: Hash
    """SHA-256("mohur/bid", 0, [chain_id, auction_id, bidder, lines, salt])."""
    sealed: Sealed
    secured: bool
    """A primary dealer's: the hold is the bid security. Else the hold is the full face."""
    hold: Face
    """Minor units that were set aside."""
    lien: Hash
    """The hold; it may be gone (a seizure)."""
    status: SheetStatus
    lines: Lines
    """Empty until opened."""
    pending: Count
    """Allotments that wait for settlement."""
    pending_face: Amount


class NonCompetitiveBid(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The one bid of a person for an amount only."""

    auction_id: Reference
    person: Hash
    """Owner of the account."""
    account: Address
    number: Count
    amount: Face
    """Minor units of face; all of it is held in money."""
    lien: Hash
    is_void: bool
    """The person bid twice."""
    is_done: bool
    """It was allotted, or released."""


class Allotment(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What one line, or one non-competitive bid, won: one DvP batch."""

    auction_id: Reference
    number: Count
    """From 1; its batch is (address of the auction, this number)."""
    bidder: Address
    """Of the sheet; the account for a non-competitive bid."""
    person: Hash | None
    """Non-competitive bids only."""
    account: Address
    bid_number: Count
    """Of the sheet, or of the non-competitive bid."""
    line: Annotated[int, msgspec.Meta(ge=0, lt=LINES_MAX)]
    """Index in the sheet, from 0."""
    bid: BidValue
    """What the line bid; the average for a non-competitive bid."""
    face: Face
    price_e4: Annotated[int, msgspec.Meta(ge=1, le=10**7)]
    """Clean price paid."""
    money: SignedMoney
    """Consideration with accrued interest, at the settlement date."""
    accrued: SignedMoney
    """Part of `money`."""
    status: AllotmentStatus
    reason: Annotated[int, msgspec.Meta(ge=0, le=199)]
    """Code why it FAILED, else 0."""


def _waiting(bid: NonCompetitiveBid) -> Key | None:
    """Valid bids that wait for the cut-off, smallest first."""
    done = bid.is_void or bid.is_done
    return None if done else (bid.auction_id, bid.amount, bid.number)


def _pending(allotment: Allotment) -> Key | None:
    if allotment.status is not AllotmentStatus.PENDING:
        return None
    return (allotment.auction_id, allotment.number)


BID_SHEET = RecordKind(
    81,
    "bid_sheet",
    BidSheet,
    lambda r: (r.auction_id, r.bidder),
    (Index(82, "bid_sheets", lambda r: (r.auction_id, r.number), static=False),),
)
NCB = RecordKind(
    82,
    "non_competitive_bid",
    NonCompetitiveBid,
    lambda r: (r.auction_id, r.person),
    (
        Index(83, "waiting_ncbs", _waiting, static=False),
        Index(86, "ncbs", lambda r: (r.auction_id, r.number), static=False),
    ),
)
ALLOTMENT = RecordKind(
    83,
    "allotment",
    Allotment,
    lambda r: (r.auction_id, r.number),
    (
        Index(84, "allotments", lambda r: (r.auction_id, r.number), static=True),
        Index(85, "pending_allotments", _pending, static=False),
    ),
)
BID_SHEETS = BID_SHEET.indexes[0]
WAITING_NCBS = NCB.indexes[0]
NCBS = NCB.indexes[1]
ALLOTMENTS = ALLOTMENT.indexes[0]
PENDING_ALLOTMENTS = ALLOTMENT.indexes[1]
