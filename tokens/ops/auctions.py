"""Auctions from the announcement to the close: acts of Treasury and central bank (5.2)."""

from collections.abc import Iterator

import msgspec

from tokens import auction_days, auctions
from tokens.auction_terms import are_terms_sound, date_refusals, is_in_state
from tokens.authority import with_role
from tokens.context import Context
from tokens.events import AuctionAnnounced
from tokens.finance.calendar import add_business_days
from tokens.lookup import require, require_asset
from tokens.market_rules import auction_refusals
from tokens.records.auctions import (
    AUCTION,
    LIVE_AUCTIONS,
    LIVE_AUCTIONS_MAX,
    Auction,
    AuctionStatus,
    AuctionTerms,
)
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS, OperationClass, Reference, Role

APPROVAL = "auction"


class AnnounceAuction(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=160,
):
    """Announce an auction. By the Treasury, with the central bank that will hold it."""

    terms: AuctionTerms
    """Everything that bidders must know; it never changes."""


class OpenAuction(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=161,
):
    """Take bids from now on. By the auctioneer."""

    auction_id: Reference
    """Auction that is ANNOUNCED."""


class CloseAuction(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=162,
):
    """Take no more bids after this block: what lies in the same block is in, in whatever order."""

    auction_id: Reference
    """Auction that is OPEN."""


class CancelAuction(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=163,
):
    """Give an auction up before it is closed; every hold is released."""

    auction_id: Reference
    """Auction that is ANNOUNCED or OPEN."""


def check_announce(context: Context, operation: AnnounceAuction) -> Iterator[Refusal]:
    """A new id, an instrument of the Treasury in the right state, terms that agree."""
    state, terms = context.state, operation.terms
    if state.get(AUCTION, terms.auction_id) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    asset = state.get(ASSET, terms.asset)
    taken = None if terms.isin_in is None else state.get(ASSET, terms.isin_in)
    named = (terms.asset,) if terms.isin_in is None else (terms.asset, terms.isin_in)
    if asset is None or any(state.get(INSTRUMENT, name) is None for name in named):
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    treasury = with_role(context, Role.TREASURY)
    issuers = [asset.issuer] if taken is None else [asset.issuer, taken.issuer]
    if treasury is None or any(issuer != treasury.id for issuer in issuers):
        yield Refusal(Code.NOT_AUTHORISED)
    if not is_in_state(context, terms, asset, taken):
        yield Refusal(Code.WRONG_STATUS)
    if not are_terms_sound(terms, asset, taken):
        yield Refusal(Code.BAD_FIELD)
    live = state.scan(AUCTION, LIVE_AUCTIONS, limit=LIVE_AUCTIONS_MAX)
    if any(other.terms.asset in named or other.terms.isin_in in named for other in live):
        yield Refusal(Code.ALREADY_EXISTS)
    if len(live) >= LIVE_AUCTIONS_MAX:
        yield Refusal(Code.AUCTION_FULL)
    yield from date_refusals(context, terms, named)
    yield from auction_refusals(context, terms)


def apply_announce(context: Context, operation: AnnounceAuction) -> None:
    """ANNOUNCED."""
    terms = operation.terms
    auctioneer = with_role(context, Role.CENTRAL_BANK)
    context.state.put(
        AUCTION,
        Auction(
            terms=terms,
            issuer=require_asset(context.state, terms.asset).issuer,
            auctioneer=NO_ADDRESS if auctioneer is None else auctioneer.id,
            status=AuctionStatus.ANNOUNCED,
            reason=0,
            announced_on=context.business_date,
            closed_at=0,
            reveal_by=None,
            treasury_secret=None,
            central_bank_secret=None,
            keys_at=0,
            sheets=0,
            unopened=0,
            ncbs=0,
            ncb_face=0,
            last_number=0,
            allotments=0,
            pending=0,
            settled_face=0,
            failed_face=0,
            is_final=False,
        ),
    )
    context.emit(
        AuctionAnnounced(
            auction_id=terms.auction_id,
            asset=terms.asset,
            auction_type=terms.auction_type,
            target_face=terms.target_face,
            settlement_date=terms.settlement_date,
        )
    )


def _find(context: Context, auction_id: str) -> Auction | Refusal:
    """The auction, if its auctioneer acts."""
    auction = context.state.get(AUCTION, auction_id)
    if auction is None:
        return Refusal(Code.NOT_FOUND)
    if auction.auctioneer not in context.actors.participants:
        return Refusal(Code.NOT_AUTHORISED)
    return auction


def check_open_auction(context: Context, operation: OpenAuction) -> Iterator[Refusal]:
    """By the auctioneer, once."""
    auction = _find(context, operation.auction_id)
    if isinstance(auction, Refusal):
        yield auction
    elif auction.status is not AuctionStatus.ANNOUNCED:
        yield Refusal(Code.WRONG_STATUS)


def apply_open_auction(context: Context, operation: OpenAuction) -> None:
    """OPEN."""
    auction = require(context.state, AUCTION, operation.auction_id)
    auctions.keep(context, auction, status=AuctionStatus.OPEN)


def check_close_auction(context: Context, operation: CloseAuction) -> Iterator[Refusal]:
    """By the auctioneer, once."""
    auction = _find(context, operation.auction_id)
    if isinstance(auction, Refusal):
        yield auction
    elif auction.status is not AuctionStatus.OPEN or auction.closed_at:
        yield Refusal(Code.WRONG_STATUS)


def apply_close_auction(context: Context, operation: CloseAuction) -> None:
    """The height is the last that takes bids; the agenda of this block does the rest."""
    state = context.state
    auction = require(state, AUCTION, operation.auction_id)
    day = require(state, BUSINESS_DAY)
    calendar = require(state, CALENDAR, day.calendar).current
    reveal_by = add_business_days(calendar, context.business_date, 1)
    closed = msgspec.structs.replace(auction, closed_at=context.height, reveal_by=reveal_by)
    state.put(AUCTION, closed)
    auction_days.enqueue(
        context, operation.auction_id, auction_days.CLOSE_HANDLER, context.business_date
    )


def check_cancel_auction(context: Context, operation: CancelAuction) -> Iterator[Refusal]:
    """Before its close only."""
    auction = context.state.get(AUCTION, operation.auction_id)
    if auction is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if auction.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    waiting = auction.status in (AuctionStatus.ANNOUNCED, AuctionStatus.OPEN)
    if not waiting or auction.closed_at:
        yield Refusal(Code.WRONG_STATUS)


def apply_cancel_auction(context: Context, operation: CancelAuction) -> None:
    """CANCELLED; the agenda releases the holds."""
    auction = require(context.state, AUCTION, operation.auction_id)
    auctions.keep(context, auction, status=AuctionStatus.CANCELLED)
    auction_days.enqueue(
        context, operation.auction_id, auction_days.RELEASE_HANDLER, context.business_date
    )


_ACT_CODES = (Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.WRONG_STATUS)

ANNOUNCE_AUCTION = OperationSpec(
    operation=AnnounceAuction,
    name="announce_auction",
    family="auctions",
    operation_class=OperationClass.ISSUE,
    check=check_announce,
    apply=apply_announce,
    approval=APPROVAL,
    codes=(
        Code.ALREADY_EXISTS,
        Code.UNKNOWN_ASSET,
        Code.NOT_AUTHORISED,
        Code.WRONG_STATUS,
        Code.BAD_FIELD,
        Code.AUCTION_FULL,
        Code.BAD_DATE,
        Code.AGAINST_RULE,
    ),
)

OPEN_AUCTION = OperationSpec(
    operation=OpenAuction,
    name="open_auction",
    family="auctions",
    operation_class=OperationClass.ISSUE,
    check=check_open_auction,
    apply=apply_open_auction,
    codes=_ACT_CODES,
)

CLOSE_AUCTION = OperationSpec(
    operation=CloseAuction,
    name="close_auction",
    family="auctions",
    operation_class=OperationClass.ISSUE,
    check=check_close_auction,
    apply=apply_close_auction,
    codes=_ACT_CODES,
)

CANCEL_AUCTION = OperationSpec(
    operation=CancelAuction,
    name="cancel_auction",
    family="auctions",
    operation_class=OperationClass.ISSUE,
    check=check_cancel_auction,
    apply=apply_cancel_auction,
    approval=APPROVAL,
    codes=_ACT_CODES,
)
