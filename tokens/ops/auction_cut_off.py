"""The Treasury decides: a cut-off, or no sale; and a try of one allotment (5.2, points 3 to 5)."""

from collections.abc import Iterator

import msgspec

from tokens import auction_cut, auction_days, auction_settling, auctions
from tokens.amount import AmountOverflow
from tokens.auction_terms import MONEY_MAX
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import RULE_CODES
from tokens.events import AuctionCut
from tokens.lookup import require, require_account, require_asset
from tokens.posting import supply_of
from tokens.record_parties import is_told
from tokens.records.amend import with_terms
from tokens.records.auctions import (
    AUCTION,
    AUCTION_RESULT,
    FACE_MAX,
    Auction,
    AuctionResult,
    AuctionStatus,
    AuctionType,
    BidUnit,
    BidValue,
)
from tokens.records.bids import ALLOTMENT, AllotmentStatus, BidSheet
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Amount, Count, OperationClass, Reference

_WAY_MAX = 10**9


class CutAuction(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=170,
):
    """Set the cut-off. By the Treasury, when the sheets are open and both keys public."""

    auction_id: Reference
    """Auction that is REVEALED."""
    cut_off: BidValue
    """Worst bid that is accepted, one that a line has: price_e4, or rate_e6."""
    quantity: Amount | None
    """Face for the bids at the cut-off, a multiple, less than they offer; null: all of it."""


class RejectAuction(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=171,
):
    """Accept no bid: everything is released. By the Treasury, after the close."""

    auction_id: Reference
    """Auction that is CLOSED or REVEALED."""


class SettleAllotment(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=172,
):
    """Settle one allotment now, from its settlement date on. By its bidder or the Treasury.

    Nobody must: the ledger tries when the date opens and again when it has ended.
    """

    auction_id: Reference
    """Auction that is ALLOTTED or SETTLING."""
    number: Count
    """Of the allotment."""


def check_cut_auction(context: Context, operation: CutAuction) -> Iterator[Refusal]:
    """A bid that is there, a volume that can be shared, room for all of it."""
    state = context.state
    auction = state.get(AUCTION, operation.auction_id)
    if auction is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if auction.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if auction.status is not AuctionStatus.REVEALED:
        yield Refusal(Code.WRONG_STATUS)
        return
    if not auction.keys_at:
        yield Refusal(Code.KEYS_NOT_PUBLISHED)
    outcome = _outcome(context, auction, operation)
    if outcome is None or not _is_result_sound(context, auction, operation, outcome):
        yield Refusal(Code.BAD_CUT_OFF)
        return
    if outcome.face > _room(context, auction):
        yield Refusal(Code.MAX_SUPPLY_EXCEEDED)


def _outcome(
    context: Context, auction: Auction, operation: CutAuction
) -> auction_cut.Outcome | None:
    """The allotments, or None if nothing is bid at the cut-off or the volume is not possible."""
    sheets = auctions.sheets_of(context.state, operation.auction_id)
    try:
        outcome = auction_cut.cut(auction, sheets, operation.cut_off, operation.quantity)
    except ValueError:
        return None
    return outcome if outcome.at_cut_off and outcome.face else None


def _is_result_sound(
    context: Context, auction: Auction, operation: CutAuction, outcome: auction_cut.Outcome
) -> bool:
    """The yield and, where rates are bid, the new rate are ones that the ledger can keep."""
    instrument = auctions.instrument_of(context.state, auction)
    fills = auction_cut.paid_fills(auction, operation.cut_off, outcome)
    try:
        way = auction_cut.way_of(instrument.terms.kind, fills, _days(auction, instrument))
        if auction.terms.bid_unit is BidUnit.RATE_E6:
            if instrument.terms.floating is None and operation.cut_off < 0:
                return False
            fixed = _with_rate(instrument, operation.cut_off)
            date = auction.terms.settlement_date
            accrued = auctions.accrued_at(context.state, fixed, FACE_MAX, date)
            if accrued is None or abs(accrued) > MONEY_MAX:
                return False
    except AmountOverflow:
        return False
    return way is None or abs(way) <= _WAY_MAX


def _days(auction: Auction, instrument: Instrument) -> int:
    return (instrument.terms.maturity_date - auction.terms.settlement_date).days


def _room(context: Context, auction: Auction) -> int:
    """Face that may come into being; a buyback may take all that there is."""
    asset = require_asset(context.state, auction.terms.asset)
    supply = supply_of(context.state, asset.id)
    if auction.terms.auction_type is AuctionType.BUYBACK:
        return supply
    return asset.max_supply - supply


def _with_rate(instrument: Instrument, rate_e6: int) -> Instrument:
    """The cut-off becomes the instrument's margin, or its coupon."""
    terms = instrument.terms
    if terms.floating is None:
        return with_terms(instrument, msgspec.structs.replace(terms, coupon_rate_e6=rate_e6))
    floating = msgspec.structs.replace(terms.floating, margin_e6=rate_e6)
    return with_terms(instrument, msgspec.structs.replace(terms, floating=floating))


def apply_cut_auction(context: Context, operation: CutAuction) -> None:
    """ALLOTTED: the result is fixed; the agenda writes the allotments."""
    state = context.state
    auction = require(state, AUCTION, operation.auction_id)
    sheets = auctions.sheets_of(state, operation.auction_id)
    outcome = auction_cut.cut(auction, sheets, operation.cut_off, operation.quantity)
    result = _result(context, auction, operation, sheets, outcome)
    state.put(AUCTION_RESULT, result)
    if auction.terms.bid_unit is BidUnit.RATE_E6:
        instrument = auctions.instrument_of(state, auction)
        state.put(INSTRUMENT, _with_rate(instrument, operation.cut_off))
    auction_days.publish(context, auction, result.way_e6)
    auctions.keep(context, auction, status=AuctionStatus.ALLOTTED)
    context.emit(
        AuctionCut(
            auction_id=operation.auction_id,
            cut_off=operation.cut_off,
            competitive_face=result.competitive_face,
            ncb_budget=result.ncb_budget,
            average=result.average,
            way_e6=result.way_e6,
        )
    )
    auction_days.enqueue(
        context, operation.auction_id, auction_days.ALLOT_HANDLER, context.business_date
    )


def _result(
    context: Context,
    auction: Auction,
    operation: CutAuction,
    sheets: list[BidSheet],
    outcome: auction_cut.Outcome,
) -> AuctionResult:
    instrument = auctions.instrument_of(context.state, auction)
    fills = auction_cut.paid_fills(auction, operation.cut_off, outcome)
    days = _days(auction, instrument)
    at_cut_off = [entry.face for entry in outcome.awards if entry.bid == operation.cut_off]
    ncb = auction.terms.ncb
    room = _room(context, auction) - outcome.face
    return AuctionResult(
        auction_id=operation.auction_id,
        cut_off=operation.cut_off,
        cut_off_face=sum(at_cut_off),
        sheets_digest=auctions.sheets_digest(sheets),
        offered_face=sum(entry.offered for entry in outcome.awards),
        competitive_face=outcome.face,
        accepted_lines=len(fills),
        average=auction_cut.average_of(auction, fills),
        way_e6=auction_cut.way_of(instrument.terms.kind, fills, days),
        days=days,
        ncb_offered=auction.ncb_face,
        ncb_budget=0 if ncb is None else min(ncb.total_max, room, auction.ncb_face),
        ncb_face=0,
        related=auction_cut.related(
            [(group, s.bidder) for s in sheets if (group := _group(context, s)) is not None]
        ),
    )


def _group(context: Context, sheet: BidSheet) -> str | None:
    """Control group behind a sheet; None for a client, who is known to its servicer only."""
    account = context.state.get(ACCOUNT, sheet.account)
    holder = None if account is None else context.state.get(PARTICIPANT, account.holder)
    return None if holder is None else holder.control_group


def check_reject_auction(context: Context, operation: RejectAuction) -> Iterator[Refusal]:
    """By the Treasury, between close and cut-off."""
    auction = context.state.get(AUCTION, operation.auction_id)
    if auction is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if auction.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if auction.status not in (AuctionStatus.CLOSED, AuctionStatus.REVEALED):
        yield Refusal(Code.WRONG_STATUS)


def apply_reject_auction(context: Context, operation: RejectAuction) -> None:
    """REJECTED_ALL; the agenda releases the holds."""
    auction_days.reject(context, require(context.state, AUCTION, operation.auction_id), Code.OK)


def check_settle_allotment(context: Context, operation: SettleAllotment) -> Iterator[Refusal]:
    """A pending one, on its date, and everything that its batch asks for."""
    state = context.state
    auction = state.get(AUCTION, operation.auction_id)
    allotment = state.get(ALLOTMENT, operation.auction_id, operation.number)
    known = allotment is not None and is_told(context, ALLOTMENT, allotment)
    if auction is None or allotment is None or not known:
        yield Refusal(Code.NOT_FOUND)
        return
    mine = may_act_for(context, require_account(state, allotment.account))
    if not mine and auction.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if allotment.status is not AllotmentStatus.PENDING or auction.is_final:
        yield Refusal(Code.WRONG_STATUS)
        return
    if auction.status is not AuctionStatus.SETTLING:
        yield Refusal(Code.TOO_EARLY)
        return
    yield from auction_settling.try_refusals(context, auction, allotment)


def apply_settle_allotment(context: Context, operation: SettleAllotment) -> None:
    """SETTLED."""
    auction = require(context.state, AUCTION, operation.auction_id)
    allotment = require(context.state, ALLOTMENT, operation.auction_id, operation.number)
    auction_settling.settle_one(context, auction, allotment)


CUT_AUCTION = OperationSpec(
    operation=CutAuction,
    name="cut_auction",
    family="auction_cut_off",
    operation_class=OperationClass.ISSUE,
    check=check_cut_auction,
    apply=apply_cut_auction,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.WRONG_STATUS,
        Code.KEYS_NOT_PUBLISHED,
        Code.BAD_CUT_OFF,
        Code.MAX_SUPPLY_EXCEEDED,
    ),
)

REJECT_AUCTION = OperationSpec(
    operation=RejectAuction,
    name="reject_auction",
    family="auction_cut_off",
    operation_class=OperationClass.ISSUE,
    check=check_reject_auction,
    apply=apply_reject_auction,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.WRONG_STATUS),
)

SETTLE_ALLOTMENT = OperationSpec(
    operation=SettleAllotment,
    name="settle_allotment",
    family="auction_cut_off",
    operation_class=OperationClass.ISSUE,
    check=check_settle_allotment,
    apply=apply_settle_allotment,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.WRONG_STATUS,
        Code.TOO_EARLY,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_FROZEN,
        Code.CREDIT_STOPPED,
        Code.KYC_TIER_TOO_LOW,
        Code.MAX_SUPPLY_EXCEEDED,
        Code.INSUFFICIENT_AVAILABLE,
        *RULE_CODES,
    ),
)
