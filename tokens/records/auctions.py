"""Primary auctions: what is announced, how far they have come, what they decided (5.2)."""

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

SHEETS_MAX = 128
"""Sheets of one auction: a cut-off reads them all."""
LIVE_AUCTIONS_MAX = 64
"""Auctions between announcement and settlement: the end of a date walks them."""
FACE_MAX = 2**50
"""Face of one line, minor units: the sum over all lines is below 2^63."""

Face = Annotated[int, msgspec.Meta(ge=1, le=FACE_MAX, extra={"form": "amount"})]
BidValue = Annotated[int, msgspec.Meta(ge=-(10**9), le=10**9)]
"""price_e4, or rate_e6 where the auction is in rates."""


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
AUCTION_RESULT = RecordKind(84, "auction_result", AuctionResult, lambda r: (r.auction_id,))

LIVE_AUCTIONS = AUCTION.indexes[1]
