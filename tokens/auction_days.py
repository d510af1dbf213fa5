"""The dated and paged work of auctions: closing, voiding, releasing, allotting (5.2).

Rules of this file:
1. What ends with a date is marked by close_day (by open_day, for dates never closed); what takes a
   block's time goes to the agenda, in the order void, release, allot, settle.
2. An allotment that was decided stays as it was decided: pages compute the same cut-off again.
3. If the keys of an auction are not public at its reveal date, nobody but the auctioneer could open
   a sheet: then all bids are rejected and released, and no bidder loses its security.
"""

import datetime as dt

import msgspec

from tokens import auctions
from tokens.agenda import AgendaHandler, Step, schedule
from tokens.auction_cut import Award, Outcome, cut, ncb_face, ncb_price_of, price_of
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events import Allotted
from tokens.lookup import require
from tokens.records.amend import with_item
from tokens.records.auctions import (
    AUCTION,
    AUCTION_RESULT,
    LIVE_AUCTIONS,
    LIVE_AUCTIONS_MAX,
    Auction,
    AuctionResult,
    AuctionStatus,
)
from tokens.records.bids import (
    ALLOTMENT,
    BID_SHEET,
    BID_SHEETS,
    NCB,
    WAITING_NCBS,
    Allotment,
    AllotmentStatus,
    BidSheet,
    NonCompetitiveBid,
    SheetStatus,
)
from tokens.records.system import AgendaItem
from tokens.reference_rates import publish_rate
from tokens.results import Code
from tokens.types import AgendaClass

CLOSE_HANDLER = "auction_close"
VOID_HANDLER = "auction_void"
RELEASE_HANDLER = "auction_release"
ALLOT_HANDLER = "auction_allot"
SETTLE_HANDLER = "auction_settle"

CLASS_OF = {
    CLOSE_HANDLER: AgendaClass.RELEASE,
    VOID_HANDLER: AgendaClass.RELEASE,
    RELEASE_HANDLER: AgendaClass.CHANGE,
    ALLOT_HANDLER: AgendaClass.FIXING,
    SETTLE_HANDLER: AgendaClass.SETTLE,
}
"""Void before release before allot before settle, on one date."""

_ITEM = b"mohur/auction-item/v1"
_WAITING_STATUSES = (
    AuctionStatus.ANNOUNCED,
    AuctionStatus.OPEN,
    AuctionStatus.CLOSED,
    AuctionStatus.REVEALED,
)
_DECIDED = (AuctionStatus.ALLOTTED, AuctionStatus.SETTLING)

subject_of = msgspec.msgpack.Decoder(str)


def enqueue(context: Context, auction_id: str, handler: str, due_on: dt.date) -> None:
    """Put work of an auction on the agenda; the same work of the date begins again."""
    subject = encode(auction_id)
    schedule(
        context.state,
        AgendaItem(
            due_on=due_on,
            item_class=CLASS_OF[handler],
            id=tagged_hash(_ITEM, encode((handler, auction_id))),
            handler=handler,
            subject=subject,
            cursor=b"",
        ),
    )


def end_of_date(context: Context, date: dt.date) -> None:
    """At the end of a date: sheets not opened, auctions not cut, allotments not paid."""
    for auction in context.state.scan(AUCTION, LIVE_AUCTIONS, limit=LIVE_AUCTIONS_MAX):
        late = auction.terms.settlement_date <= date
        revealing = auction.status is AuctionStatus.CLOSED
        if revealing and auction.reveal_by is not None and auction.reveal_by <= date:
            auction = _end_reveal_date(context, auction)
        if late and auction.status in _WAITING_STATUSES:
            reject(context, auction, Code.TOO_LATE)
        elif late and auction.status in _DECIDED and not auction.is_final:
            context.state.put(AUCTION, msgspec.structs.replace(auction, is_final=True))
            auction_id = auction.terms.auction_id
            enqueue(context, auction_id, SETTLE_HANDLER, context.business_date)


def _end_reveal_date(context: Context, auction: Auction) -> Auction:
    if auction.keys_at:
        return end_reveal(context, auction)
    return reject(context, auction, Code.KEYS_NOT_PUBLISHED)


def end_reveal(context: Context, auction: Auction) -> Auction:
    """REVEALED: what is not open by now is void, and its security is lost."""
    enqueue(context, auction.terms.auction_id, VOID_HANDLER, context.business_date)
    return auctions.keep(context, auction, status=AuctionStatus.REVEALED)


def reject(context: Context, auction: Auction, reason: Code) -> Auction:
    """REJECTED_ALL: everything is released, but for what was forfeited."""
    publish(context, auction, None)
    enqueue(context, auction.terms.auction_id, RELEASE_HANDLER, context.business_date)
    status = AuctionStatus.REJECTED_ALL
    return auctions.keep(context, auction, status=status, reason=reason.value)


def publish(context: Context, auction: Auction, way_e6: int | None) -> None:
    """The yield of a bill's auction, where it sets a reference rate; None = there is none."""
    if auction.terms.benchmark is not None:
        date, source = context.business_date, auction.terms.auction_id
        publish_rate(context, auction.terms.benchmark, date, way_e6, source)


def run_close(context: Context, item: AgendaItem, quota: int) -> Step:
    """The end of the block that holds `close_auction`: no more bids."""
    auction = require(context.state, AUCTION, subject_of.decode(item.subject))
    if auction.status is AuctionStatus.OPEN:
        auction = auctions.keep(context, auction, status=AuctionStatus.CLOSED)
        if not auction.unopened:
            auctions.keep(context, auction, status=AuctionStatus.REVEALED)
    return Step(1, None)


def _page(context: Context, item: AgendaItem, limit: int) -> list[BidSheet]:
    auction_id = subject_of.decode(item.subject)
    after = (auction_id, int.from_bytes(item.cursor, "big")) if item.cursor else None
    return context.state.scan(BID_SHEET, BID_SHEETS, (auction_id,), after=after, limit=limit)


def _cursor(number: int) -> bytes:
    return number.to_bytes(8, "big")


def run_void(context: Context, item: AgendaItem, quota: int) -> Step:
    """Void the sheets that nobody opened, page by page."""
    auction = require(context.state, AUCTION, subject_of.decode(item.subject))
    limit = max(1, quota // 3)
    page = _page(context, item, limit)
    for sheet in page:
        if sheet.status is SheetStatus.SEALED:
            auctions.void_sheet(context, auction, sheet, SheetStatus.VOID_UNOPENED)
    rest = with_item(item, _cursor(page[-1].number)) if len(page) == limit else None
    return Step(min(quota, 3 * len(page) + 1), rest)


def run_release(context: Context, item: AgendaItem, quota: int) -> Step:
    """Release every hold of an auction that was cancelled or rejected, page by page."""
    limit = max(1, quota // 2)
    page = _page(context, item, limit)
    for sheet in page:
        auctions.release_hold(context, sheet.lien)
    if page:
        return Step(min(quota, 2 * len(page)), with_item(item, _cursor(page[-1].number)))
    bids = _waiting_ncbs(context, subject_of.decode(item.subject), limit)
    for bid in bids:
        _end_ncb(context, bid)
    rest = item if len(bids) == limit else None
    return Step(min(quota, 2 * len(bids) + 1), rest)


def _waiting_ncbs(context: Context, auction_id: str, limit: int) -> list[NonCompetitiveBid]:
    return context.state.scan(NCB, WAITING_NCBS, (auction_id,), limit=limit)


def _end_ncb(context: Context, bid: NonCompetitiveBid) -> None:
    auctions.release_hold(context, bid.lien)
    context.state.put(NCB, msgspec.structs.replace(bid, is_done=True))


def run_allot(context: Context, item: AgendaItem, quota: int) -> Step:
    """Write the allotments, sheet by sheet, then those of the non-competitive bids."""
    state = context.state
    auction_id = subject_of.decode(item.subject)
    auction = require(state, AUCTION, auction_id)
    result = require(state, AUCTION_RESULT, auction_id)
    page = _page(context, item, 1)
    if not page:
        return _allot_ncbs(context, item, auction, result, quota)
    outcome = cut(
        auction, auctions.sheets_of(state, auction_id), result.cut_off, result.cut_off_face
    )
    postings = 0
    while page and postings < quota:
        sheet = page[0]
        auction, written = _allot_sheet(context, auction, result, sheet, outcome)
        postings += written + 1
        item = with_item(item, _cursor(sheet.number))
        page = _page(context, item, 1)
    state.put(AUCTION, auction)
    return Step(min(quota, postings), item)


def _allot_sheet(
    context: Context,
    auction: Auction,
    result: AuctionResult,
    sheet: BidSheet,
    outcome: Outcome,
) -> tuple[Auction, int]:
    won = [award for award in outcome.awards if award.face and award.sheet.bidder == sheet.bidder]
    if not won:
        if sheet.status is SheetStatus.OPENED:
            auctions.release_hold(context, sheet.lien)
        return auction, 0
    for award in won:
        auction = _allot(context, auction, _of_award(auction, result, award))
    face = sum(award.face for award in won)
    changed = msgspec.structs.replace(sheet, pending=len(won), pending_face=face)
    context.state.put(BID_SHEET, changed)
    return auction, len(won)


def _of_award(auction: Auction, result: AuctionResult, award: Award) -> Allotment:
    sheet = award.sheet
    return Allotment(
        auction_id=sheet.auction_id,
        number=0,
        bidder=sheet.bidder,
        person=None,
        account=sheet.account,
        bid_number=sheet.number,
        line=award.line,
        bid=award.bid,
        face=award.face,
        price_e4=price_of(auction, result.cut_off, award.bid),
        money=0,
        accrued=0,
        status=AllotmentStatus.PENDING,
        reason=0,
    )


def _allot(context: Context, auction: Auction, draft: Allotment) -> Auction:
    """Number an allotment, price it and store it."""
    state = context.state
    number = auction.allotments + 1
    cost = auctions.cost_of(state, auction, draft.face, draft.price_e4)
    made = msgspec.structs.replace(draft, number=number, money=cost.total, accrued=cost.accrued)
    state.put(ALLOTMENT, made)
    context.emit(
        Allotted(
            auction_id=made.auction_id,
            number=number,
            bidder=made.bidder,
            face=made.face,
            money=made.money,
        )
    )
    return msgspec.structs.replace(auction, allotments=number, pending=auction.pending + 1)


def _allot_ncbs(
    context: Context, item: AgendaItem, auction: Auction, result: AuctionResult, quota: int
) -> Step:
    """Smallest first; each bid leaves the list of those that wait."""
    state = context.state
    auction_id = auction.terms.auction_id
    limit = max(1, quota // 3)
    page = _waiting_ncbs(context, auction_id, limit)
    price = ncb_price_of(auction, result.average)
    for bid in page:
        face = ncb_face(auction, result, result.ncb_face, bid.amount)
        if not face:
            _end_ncb(context, bid)
            continue
        result = msgspec.structs.replace(result, ncb_face=result.ncb_face + face)
        state.put(NCB, msgspec.structs.replace(bid, is_done=True))
        auction = _allot(context, auction, _of_ncb(bid, result.average, price, face))
    state.put(AUCTION_RESULT, result)
    state.put(AUCTION, auction)
    if len(page) == limit:
        return Step(min(quota, 3 * limit), item)
    due_on = max(auction.terms.settlement_date, context.business_date)
    enqueue(context, auction_id, SETTLE_HANDLER, due_on)
    return Step(min(quota, 3 * len(page) + 1), None)


def _of_ncb(bid: NonCompetitiveBid, average: int, price_e4: int, face: int) -> Allotment:
    return Allotment(
        auction_id=bid.auction_id,
        number=0,
        bidder=bid.account,
        person=bid.person,
        account=bid.account,
        bid_number=bid.number,
        line=0,
        bid=average,
        face=face,
        price_e4=price_e4,
        money=0,
        accrued=0,
        status=AllotmentStatus.PENDING,
        reason=0,
    )


AUCTION_CLOSE_AGENDA = AgendaHandler(name=CLOSE_HANDLER, family="auctions", run=run_close)
AUCTION_VOID_AGENDA = AgendaHandler(name=VOID_HANDLER, family="auctions", run=run_void)
AUCTION_RELEASE_AGENDA = AgendaHandler(name=RELEASE_HANDLER, family="auctions", run=run_release)
AUCTION_ALLOT_AGENDA = AgendaHandler(name=ALLOT_HANDLER, family="auctions", run=run_allot)
