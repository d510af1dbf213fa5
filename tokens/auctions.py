"""Auctions: what is asked of one, its holds, and the sealed sheets' hashes (5.2).

Rules of this file:
1. A sheet is bound by its commitment, hence anybody may open it once both keys are public: the
   ledger asks for the hash only (ADR 0016).
2. Holds of bids belong to the auction's own address: no participant can lift one.
3. A hold may be gone, or frozen, when it is wanted: a seizure goes first. Nothing here fails then.
"""

import datetime as dt
from typing import NamedTuple

import msgspec

from tokens import liens, posting
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events import AuctionStatusChanged, BidForfeited
from tokens.finance.auction_math import consideration_half_up
from tokens.lookup import require, require_account, require_asset
from tokens.posting import available
from tokens.records.auctions import (
    AUCTION,
    SHEETS_MAX,
    Auction,
    AuctionStatus,
    AuctionType,
    BidUnit,
)
from tokens.records.bids import BID_SHEET, BID_SHEETS, BidLine, BidSheet, SheetStatus
from tokens.records.day import CALENDAR
from tokens.records.holdings import LIEN, POSITION, Lien
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.records.parties import ACCOUNT
from tokens.records.system import CHAIN
from tokens.state import Overlay
from tokens.terms import accrued_of
from tokens.types import AccountStatus

_AUCTION = b"mohur/auction/v1"
_BID = b"mohur/bid"
_KEY = b"mohur/auction-key/v1"
_SHEETS = b"mohur/auction-sheets/v1"

PRICE_E4_MAX = 10**7
"""Ten times par: a higher price is a slip of the keyboard."""


def address_of(auction_id: str) -> bytes:
    """16 bytes that own the holds of an auction and initiate its batches. No key opens it."""
    return tagged_hash(_AUCTION, auction_id.encode())[:16]


def commitment(
    chain_id: str, auction_id: str, bidder: bytes, lines: tuple[BidLine, ...], salt: bytes
) -> bytes:
    """SHA-256("mohur/bid", 0, [chain_id, auction_id, bidder, lines, salt])."""
    return tagged_hash(_BID, encode((chain_id, auction_id, bidder, lines, salt)))


def key_hash(private_key: bytes) -> bytes:
    """What the announcement says of a one-time private key."""
    return tagged_hash(_KEY, private_key)


def chain_id_of(state: Overlay) -> str:
    """Name of the chain; empty without genesis."""
    chain = state.get(CHAIN)
    return "" if chain is None else chain.chain_id


def sheets_of(state: Overlay, auction_id: str) -> list[BidSheet]:
    """All sheets in order of their numbers."""
    return state.scan(BID_SHEET, BID_SHEETS, (auction_id,), limit=SHEETS_MAX)


def sheets_digest(sheets: list[BidSheet]) -> bytes:
    """SHA-256("mohur/auction-sheets/v1", 0, array of (number, bidder, commit, status, lines))."""
    rows = [(s.number, s.bidder, s.commit, s.status, s.lines) for s in sheets]
    return tagged_hash(_SHEETS, encode(rows))


def lower_is_better(auction: Auction) -> bool:
    """A buyback reverses every comparison; rates are better when they are low."""
    terms = auction.terms
    return terms.auction_type is AuctionType.BUYBACK or terms.bid_unit is BidUnit.RATE_E6


def hold_asset(auction: Auction, instrument: Instrument) -> str:
    """What bids set aside: money, or the security that bidders deliver."""
    terms = auction.terms
    if terms.auction_type is AuctionType.BUYBACK:
        return terms.asset
    return terms.isin_in or instrument.terms.settlement_asset


def takes_bids(context: Context, auction: Auction) -> bool:
    """OPEN, up to the end of the block that holds `close_auction`."""
    last = auction.closed_at
    return auction.status is AuctionStatus.OPEN and (not last or context.height <= last)


class Cost(NamedTuple):
    """Money of an allotment, minor units, positive if the bidder pays."""

    total: int
    accrued: int
    """Part of the total."""


def cost_of(state: Overlay, auction: Auction, face: int, price_e4: int) -> Cost:
    """Consideration at the settlement date; a SWITCH pays the difference of its two sides."""
    principal, accrued = _cost(state, auction, auction.terms.asset, face, price_e4)
    if auction.terms.auction_type is AuctionType.BUYBACK:
        return Cost(-principal - accrued, -accrued)
    if auction.terms.isin_in is not None:
        price_in = auction.terms.in_price_e4
        given, given_accrued = _cost(state, auction, auction.terms.isin_in, face, price_in)
        return Cost(principal + accrued - given - given_accrued, accrued - given_accrued)
    return Cost(principal + accrued, accrued)


def _cost(
    state: Overlay, auction: Auction, asset: str, face: int, price_e4: int
) -> tuple[int, int]:
    """(clean consideration, accrued interest), each rounded half up once."""
    instrument = require(state, INSTRUMENT, asset)
    date = auction.terms.settlement_date
    return consideration_half_up(face, price_e4), accrued_at(state, instrument, face, date) or 0


def accrued_at(state: Overlay, instrument: Instrument, face: int, date: dt.date) -> int | None:
    """Accrued interest; 0 without coupons, None outside of the instrument's life.

    Raises AmountOverflow: the announcement has asked for the largest face.
    """
    if not instrument.terms.freq:
        return 0
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    return accrued_of(instrument.terms, calendar, face, date)


def instrument_of(state: Overlay, auction: Auction) -> Instrument:
    """The instrument that is auctioned."""
    return require(state, INSTRUMENT, auction.terms.asset)


def are_lines_valid(auction: Auction, lines: tuple[BidLine, ...]) -> bool:
    """Whether the auction takes every line: 1 or more, each bid on the tick, each face in steps."""
    terms = auction.terms
    priced = terms.bid_unit is BidUnit.PRICE_E4
    return bool(lines) and all(
        line.face >= terms.min_bid
        and line.face % terms.multiple == 0
        and line.bid % terms.tick == 0
        and (not priced or 1 <= line.bid <= PRICE_E4_MAX)
        for line in lines
    )


def keep(
    context: Context,
    auction: Auction,
    *,
    status: AuctionStatus | None = None,
    reason: int = 0,
) -> Auction:
    """Store an auction; with a status, tell it."""
    if status is not None:
        auction = msgspec.structs.replace(auction, status=status, reason=reason)
        context.emit(
            AuctionStatusChanged(auction_id=auction.terms.auction_id, status=status, reason=reason)
        )
    context.state.put(AUCTION, auction)
    return auction


def place_hold(context: Context, auction: Auction, account: bytes, asset: str, amount: int) -> Lien:
    """Set aside what a bid must show; the caller has checked that it is available."""
    auction_id = auction.terms.auction_id
    owner = address_of(auction_id)
    return liens.hold(context, 0, asset, account, amount, owner, None, auction_id)


def release_hold(context: Context, lien_id: bytes) -> None:
    """Free again, if it is still there."""
    lien = context.state.get(LIEN, lien_id)
    if lien is not None:
        liens.lift(context, lien)


def void_sheet(context: Context, auction: Auction, sheet: BidSheet, status: SheetStatus) -> None:
    """A sheet out of the running: its security goes to the Treasury."""
    forfeit(context, auction, sheet)
    context.state.put(BID_SHEET, msgspec.structs.replace(sheet, status=status))


def forfeit(context: Context, auction: Auction, sheet: BidSheet) -> None:
    """The bid security goes to the Treasury's account; the rest of the hold is free.

    What is frozen stays where it is: a freeze goes first. An account that is closed gets nothing.
    """
    state = context.state
    lien = state.get(LIEN, sheet.lien)
    if lien is None or lien.asset is None:
        return
    liens.lift(context, lien)
    asset = require_asset(state, lien.asset)
    free = available(state.get(POSITION, asset.id, sheet.account))
    amount = min(auction.terms.bid_security, lien.amount or 0, free)
    amount -= amount % asset.increment
    treasury = state.get(ACCOUNT, instrument_of(state, auction).terms.treasury_account)
    if not amount or treasury is None or treasury.status is AccountStatus.CLOSED:
        return
    posting.move(context, asset, require_account(state, sheet.account), treasury, amount)
    context.emit(
        BidForfeited(
            auction_id=sheet.auction_id, bidder=sheet.bidder, asset=asset.id, amount=amount
        )
    )
