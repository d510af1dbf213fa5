"""The life of an order: what it holds, how it is filled, how it ends (5.9).

Rules of this file:
1. A seller holds the face. A buyer holds RHU(face x limit / 10^6) and the highest accrued interest
   of the days on which it may be filled. After a fill the hold shrinks to what the rest needs.
2. Whatever ends an order comes through `end`: the hold is free again, its owner is told, and nobody
   else.
3. At the close of a record and at maturity all orders of the asset end: `close_book` says so at
   once, the agenda does it page by page, and nothing trades in between.
"""

import datetime as dt

import msgspec

from tokens import agenda, liens
from tokens.agenda import AgendaHandler, Step, item_for
from tokens.amount import AmountOverflow, mul_div_half_up
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.coupon_rates import accrued_at
from tokens.events import OrderEnded
from tokens.lookup import require
from tokens.records.amend import with_item
from tokens.records.day import CALENDAR
from tokens.records.holdings import LIEN
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.records.market import (
    ASKS,
    BIDS,
    BOOK,
    ORDER,
    Book,
    Order,
    OrderStatus,
    Side,
)
from tokens.records.system import AgendaItem
from tokens.results import Code
from tokens.state import Overlay
from tokens.terms import PRICE_SCALE, dates_of, periods_of
from tokens.types import AMOUNT_LIMIT, AgendaClass

EXPIRY_HANDLER = "order_expiry"
CLOSE_HANDLER = "book_close"

ORDER_DAYS_MAX = 92
"""Calendar days that an order may stand: a quarter."""

RECORD_DAYS_MAX = dt.timedelta(days=60)
"""A record comes at most so long before the end of its period: 15 business days, and holidays."""

_ITEM = b"mohur/order-expiry/v1"
_CLOSE = b"mohur/book-close/v1"
_DAY = dt.timedelta(days=1)

_close_subject = msgspec.msgpack.Decoder(str)


def highest_accrued(
    state: Overlay, instrument: Instrument, face: int, first: dt.date, last: dt.date
) -> int:
    """Most accrued interest that a buyer of `face` can owe from `first` to `last`; 0 or more.

    It grows until a record and is negative after it: the last date and the records decide. A rate
    that is not fixed yet adds nothing.
    Raises AmountOverflow.
    """
    terms = instrument.terms
    calendar = require(state, CALENDAR, terms.calendar_id).current
    far = last + RECORD_DAYS_MAX
    ends = [period.end for period in periods_of(terms) if first <= period.end <= far]
    records = [dates_of(terms, calendar, end).record_date for end in ends]
    dates = [first, last, *(date for date in records if first <= date <= last)]
    found = [accrued_at(state, instrument, face, date) for date in dates]
    return max(0, *(amount or 0 for amount in found))


def needed(
    context: Context,
    instrument: Instrument,
    side: Side,
    price_e4: int,
    face: int,
    expires_on: dt.date,
) -> int | None:
    """What an order holds, minor units of what it gives; None beyond the largest amount."""
    if side is Side.SELL:
        return face
    first, last = context.business_date, expires_on - _DAY
    try:
        principal = mul_div_half_up(face, price_e4, PRICE_SCALE)
        total = principal + highest_accrued(context.state, instrument, face, first, last)
    except AmountOverflow:
        return None
    return total if total <= AMOUNT_LIMIT else None


def given_asset(instrument: Instrument, side: Side) -> str:
    """What an order gives: the instrument, or its settlement money."""
    return instrument.asset if side is Side.SELL else instrument.terms.settlement_asset


def giver_of(order: Order) -> bytes:
    """Account that gives."""
    return order.account if order.side is Side.SELL else order.cash_account


def held_by(state: Overlay, order: Order) -> int:
    """What it still holds, minor units."""
    lien = None if order.lien is None else state.get(LIEN, order.lien)
    return 0 if lien is None else lien.amount or 0


def place_hold(context: Context, order: Order, amount: int) -> Order:
    """Set aside what an order gives; the caller has checked that it is available."""
    instrument = require(context.state, INSTRUMENT, order.asset)
    asset = given_asset(instrument, order.side)
    lien = liens.hold(context, 0, asset, giver_of(order), amount, order.id[:16], None, "order")
    return msgspec.structs.replace(order, lien=lien.id)


def drop_hold(context: Context, order: Order) -> Order:
    """Everything it held is free again."""
    lien = None if order.lien is None else context.state.get(LIEN, order.lien)
    if lien is not None:
        liens.lift(context, lien)
    return msgspec.structs.replace(order, lien=None)


def shrink_hold(context: Context, order: Order, amount: int) -> Order:
    """Hold `amount` from now on, or nothing."""
    lien = None if order.lien is None else context.state.get(LIEN, order.lien)
    if lien is None or amount <= 0:
        return drop_hold(context, order)
    liens.change(context, lien, msgspec.structs.replace(lien, amount=amount))
    return order


def book_of(state: Overlay, asset: str) -> Book:
    """The book of an instrument; an empty one if nobody ever placed an order."""
    known = state.get(BOOK, asset)
    if known is not None:
        return known
    return Book(
        asset=asset,
        orders=0,
        last_price_e4=0,
        last_traded_on=None,
        trades=0,
        waiting_since=0,
        stalled=False,
        closing=False,
    )


def count_order(state: Overlay, asset: str, step: int) -> None:
    """One open order more or fewer."""
    book = book_of(state, asset)
    state.put(BOOK, msgspec.structs.replace(book, orders=book.orders + step))


def end(context: Context, order: Order, status: OrderStatus, reason: Code) -> None:
    """Out of the book."""
    ended = msgspec.structs.replace(drop_hold(context, order), status=status, reason=int(reason))
    context.state.put(ORDER, ended)
    count_order(context.state, order.asset, -1)
    context.emit(
        OrderEnded(order=order.id, account=order.account, status=status, reason=int(reason))
    )


def expiry_item(order: Order) -> AgendaItem:
    """When an order leaves the state."""
    return item_for(order.id, handler=EXPIRY_HANDLER, domain=_ITEM, due_on=order.expires_on)


def run_expiry(context: Context, item: AgendaItem, quota: int) -> Step:
    """End an order that is still open, and forget it."""
    order = context.state.get(ORDER, item.subject)
    if order is not None:
        if order.status is OrderStatus.OPEN:
            end(context, order, OrderStatus.EXPIRED, Code.OK)
        context.state.delete(ORDER, order.id)
    return Step(min(quota, 2), None)


def close_book(context: Context, asset: str) -> None:
    """From now on nothing trades; the agenda cancels what stands in the book."""
    book = context.state.get(BOOK, asset)
    if book is None or not book.orders or book.closing:
        return
    context.state.put(BOOK, msgspec.structs.replace(book, closing=True, waiting_since=0))
    agenda.schedule(
        context.state,
        AgendaItem(
            due_on=context.business_date,
            item_class=AgendaClass.RELEASE,
            id=tagged_hash(_CLOSE, asset.encode()),
            handler=CLOSE_HANDLER,
            subject=encode(asset),
            cursor=b"",
        ),
    )


def run_close(context: Context, item: AgendaItem, quota: int) -> Step:
    """Cancel a page of a book; with the last order it opens again."""
    state = context.state
    asset = _close_subject.decode(item.subject)
    limit = max(1, quota // 2)
    page = state.scan(ORDER, BIDS, (asset,), limit=limit)
    page += state.scan(ORDER, ASKS, (asset,), limit=limit - len(page))
    for order in page:
        end(context, order, OrderStatus.CANCELLED, Code.BOOK_CLOSED)
    if len(page) == limit:
        number = int.from_bytes(item.cursor, "big") + 1
        return Step(min(quota, 2 * limit), with_item(item, number.to_bytes(4, "big")))
    state.put(BOOK, msgspec.structs.replace(book_of(state, asset), closing=False))
    return Step(min(quota, 2 * len(page) + 1), None)


ORDER_EXPIRY_AGENDA = AgendaHandler(name=EXPIRY_HANDLER, family="orders", run=run_expiry)
BOOK_CLOSE_AGENDA = AgendaHandler(name=CLOSE_HANDLER, family="orders", run=run_close)
