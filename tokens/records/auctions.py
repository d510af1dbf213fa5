"""Primary auctions: terms, sealed sheets, non-competitive bids, result, allotments (5.2)."""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.records.kind import Index, Key, RecordKind
from tokens.types import (
    Address,
    Amount,
    AssetId,
    BlockHeight,
    Count,
    Hash,
    PublicKey,
    RateE6,
    Reference,
    Symbol,
)

LINES_MAX = 64
"""Lines of one sheet."""
SHEETS_MAX = 128
"""Sheets of one auction: a cut-off reads them all."""
NCBS_MAX = 8_192
"""Non-competitive bids of one auction."""
LIVE_AUCTIONS_MAX = 64
"""Auctions between announcement and settlement: the end of a date walks them."""
SEALED_BYTES = 1_248
"""Of every sealed sheet, whatever is in it: its size tells nothing."""
FACE_MAX = 2**50
"""Face of one line, minor units: the sum over all lines is below 2^63."""

Face = Annotated[int, msgspec.Meta(ge=1, le=FACE_MAX, extra={"form": "amount"})]
Sealed = Annotated[
    bytes,
    msgspec.Meta(min_length=SEALED_BYTES, max_length=SEALED_BYTES, extra={"form": "hex"}),
]
BidValue = Annotated[int, msgspec.Meta(ge=-(10**9), le=10**9)]
"""price_e4, or rate_e6 where the auction is in rates."""
SignedMoney = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
"""Minor units of money that the bidder pays; negative: that the Treasury pays."""


class AuctionType(IntEnum):
    """What is auctioned."""

    NEW = 1
    """The first sale of an instrument."""
    REOPEN = 2
    """More of one that is outstanding."""
    BUYBACK = 3
    """The Treasury buys: every comparison is reversed."""
    SWITCH = 4
    """The Treasury takes one instrument in and gives another out."""


class AuctionMethod(IntEnum):
    """What a winner pays."""

    MULTIPLE = 1
    """Its own price."""
    UNIFORM = 2
    """The cut-off price."""


class BidUnit(IntEnum):
    """What a line bids."""

    PRICE_E4 = 1
    """Clean price per 100 of face, x 10^4."""
    RATE_E6 = 2
    """Coupon, margin or rental, x 10^6: lower is better, winners pay par (NEW only)."""


class AuctionStatus(IntEnum):
    """Life of an auction (5.2)."""

    ANNOUNCED = 1
    OPEN = 2
    CLOSED = 3
    REVEALED = 4
    ALLOTTED = 5
    REJECTED_ALL = 6
    SETTLING = 7
    SETTLED = 8
    CANCELLED = 9


class NcbMethod(IntEnum):
    """How non-competitive bids share what is too little."""

    ASCENDING = 1
    """Smallest first."""
    PRO_RATA = 2


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


class NcbTerms(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Non-competitive bids. Cap of one = min(cap_max, max(cap_min, cap_bps of the target))."""

    cap_bps: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    """Of the target face; pk: 50, sukuk 25."""
    cap_min: Face
    """Minor units of face; pk: 25 million rupees."""
    cap_max: Face
    """Minor units of face; pk: 500 million rupees, sukuk 250 million."""
    total_max: Amount
    """Minor units of face for all of them together."""
    method: NcbMethod
    """How they share if they ask for more."""
    excluded_classes: Annotated[tuple[Symbol, ...], msgspec.Meta(max_length=16)]
    """Holder classes of accounts that may not bid so, strictly ascending: banks, DFIs, investment
    banks."""


class AuctionTerms(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What is announced; it never changes."""

    auction_id: Reference
    """Unique for ever."""
    asset: AssetId
    """Instrument that is sold (SWITCH: given out) or, in a BUYBACK, bought."""
    auction_type: AuctionType
    """NEW, REOPEN, BUYBACK or SWITCH."""
    method: AuctionMethod
    """MULTIPLE or UNIFORM."""
    bid_unit: BidUnit
    """RATE_E6 for NEW only."""
    target_face: Face
    """Minor units of face that the Treasury wants to sell or buy; it may allot more or less."""
    settlement_date: dt.date
    """A business date after the announcement; days of a bill's yield count from it."""
    isin_in: AssetId | None
    """SWITCH only: instrument that bidders deliver, the same face as they receive."""
    in_price_e4: Annotated[int, msgspec.Meta(ge=0, le=10**7)]
    """SWITCH only, else 0: fixed clean price of what bidders deliver."""
    bid_security: Face
    """The same hold for every primary dealer, minor units of money (BUYBACK, SWITCH: of the
    security delivered)."""
    min_bid: Face
    """Smallest line, minor units of face."""
    multiple: Face
    """Lines are multiples of it."""
    tick: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    """Bids are multiples of it, in units of the bid."""
    fill_first: Amount
    """At the cut-off, lines up to this face are filled first; pk: 50 million rupees."""
    prorata_step: Face
    """Step of pro-rata allotments, a multiple of `multiple`; pk: 50 million rupees."""
    ncb: NcbTerms | None
    """None: no non-competitive bids."""
    benchmark: Symbol | None
    """Bills: reference rate that the weighted average yield sets, for example mtb-182d."""
    treasury_key: PublicKey
    """One-time X25519 key of the Treasury: the inner seal."""
    central_bank_key: PublicKey
    """One-time X25519 key of the central bank: the outer seal."""
    treasury_key_hash: Hash
    """SHA-256("mohur/auction-key/v1", 0, private key) of treasury_key."""
    central_bank_key_hash: Hash
    """The same of central_bank_key."""


class Auction(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """An auction and how far it has come."""

    terms: AuctionTerms
    issuer: Address
    """Treasury."""
    auctioneer: Address
    """Central bank that acts for it."""
    status: AuctionStatus
    reason: Annotated[int, msgspec.Meta(ge=0, le=199)]
    """Code why the ledger itself rejected all bids, else 0."""
    announced_on: dt.date
    closed_at: BlockHeight
    """Last height whose block takes bids; 0 before `close_auction`."""
    reveal_by: dt.date | None
    """Sheets may be opened until the end of this date; set at the close."""
    treasury_secret: Hash | None
    """One-time private key, once published."""
    central_bank_secret: Hash | None
    """One-time private key, once published."""
    keys_at: BlockHeight
    """Height at which both were public; 0 before."""
    sheets: Count
    unopened: Count
    """Sheets that are SEALED."""
    ncbs: Count
    """Persons that bid non-competitively, void ones too."""
    ncb_face: Amount
    """Face of their valid bids."""
    last_number: Count
    """Number of the youngest bid."""
    allotments: Count
    pending: Count
    """Allotments that are neither settled nor failed."""
    settled_face: Amount
    failed_face: Amount
    is_final: bool
    """The settlement date has ended: what does not settle now fails."""


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


class RelatedBidders(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Bidders under one control."""

    control_group: Symbol
    bidders: Annotated[tuple[Address, ...], msgspec.Meta(max_length=SHEETS_MAX)]


class AuctionResult(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What the cut-off decided: fixed at ALLOTTED, later failures do not change it."""

    auction_id: Reference
    cut_off: BidValue
    cut_off_face: Amount
    """Face allotted to bids at the cut-off."""
    sheets_digest: Hash
    """Of all sheets, in order of their numbers (`tokens/auctions.py`, sheets_digest)."""
    offered_face: Amount
    """Of all lines of opened sheets."""
    competitive_face: Amount
    accepted_lines: Count
    average: BidValue
    """Face-weighted average bid of the competitive allotments, rounded to the tick."""
    way_e6: RateE6 | None
    """Bills: weighted average yield of the competitive allotments."""
    days: Count
    """From settlement to maturity."""
    ncb_offered: Amount
    """Face of valid non-competitive bids."""
    ncb_budget: Amount
    """What they can get together."""
    ncb_face: Amount
    """What was allotted to them so far."""
    related: Annotated[tuple[RelatedBidders, ...], msgspec.Meta(max_length=SHEETS_MAX)]
    """Control groups with more than one bidder, ascending."""


ENDED = (AuctionStatus.SETTLED, AuctionStatus.REJECTED_ALL, AuctionStatus.CANCELLED)


def _live(auction: Auction) -> Key | None:
    return None if auction.status in ENDED else (auction.terms.auction_id,)


def _waiting(bid: NonCompetitiveBid) -> Key | None:
    """Valid bids that wait for the cut-off, smallest first."""
    done = bid.is_void or bid.is_done
    return None if done else (bid.auction_id, bid.amount, bid.number)


def _pending(allotment: Allotment) -> Key | None:
    if allotment.status is not AllotmentStatus.PENDING:
        return None
    return (allotment.auction_id, allotment.number)


AUCTION = RecordKind(
    80,
    "auction",
    Auction,
    lambda r: (r.terms.auction_id,),
    (
        Index(80, "auctions", lambda r: (r.terms.auction_id,), static=True),
        Index(81, "live_auctions", _live, static=False),
    ),
)
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
AUCTION_RESULT = RecordKind(84, "auction_result", AuctionResult, lambda r: (r.auction_id,))

AUCTIONS = AUCTION.indexes[0]
LIVE_AUCTIONS = AUCTION.indexes[1]
BID_SHEETS = BID_SHEET.indexes[0]
WAITING_NCBS = NCB.indexes[0]
NCBS = NCB.indexes[1]
ALLOTMENTS = ALLOTMENT.indexes[0]
PENDING_ALLOTMENTS = ALLOTMENT.indexes[1]
