"""One fill of two orders: the legs, the checks and postings of a batch, what the orders become.

Rules of this file:
1. Delivery against payment in the block of the clearing (5.9): face from the seller, principal at
   the clearing price and accrued interest of the business date from the buyer, each rounded once.
2. What both pay and are paid through one cash account needs no money leg: the institution books it.
3. Checks are those of batches, with the holds of the two orders counted as free.
4. The travel rule asks a client's order for the hash of its data as if it came from elsewhere: whom
   it trades with is not known. A leg carries that of its giver, or else of its taker.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tokens import travel_legs
from tokens.amount import AmountOverflow
from tokens.context import Context
from tokens.coupon_rates import consideration_at
from tokens.events import OrderEnded, OrderFilled
from tokens.legs import funds_codes, leg_codes, post
from tokens.lookup import require, require_account
from tokens.orders import book_of, count_order, drop_hold, held_by, needed, shrink_hold
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.records.market import BOOK, ORDER, TRADE, Order, OrderStatus, Side, Trade
from tokens.records.settlement import Leg
from tokens.results import Code
from tokens.state import Overlay
from tokens.terms import Consideration
from tokens.types import AMOUNT_LIMIT


class Match(NamedTuple):
    """Two orders that are to trade."""

    buy: Order
    sell: Order
    face: int
    """Minor units."""
    price_e4: int


def younger(match: Match) -> Order:
    """The order that came later."""
    return max(match.buy, match.sell, key=lambda order: (order.entered_at, order.id))


def side_legs(state: Overlay, order: Order, face: int, money: int) -> tuple[Leg, ...]:
    """What an order gives and takes, its counterparty left open; no money leg for 0."""
    instrument = require(state, INSTRUMENT, order.asset)
    party = require_account(state, order.account).servicer
    sells = order.side is Side.SELL
    units = Leg(
        asset=order.asset,
        quantity=face,
        giver=party,
        taker=party,
        source=order.account if sells else None,
        target=None if sells else order.account,
        travel_hash=order.travel_hash,
    )
    if money <= 0:
        return (units,)
    paid = Leg(
        asset=instrument.terms.settlement_asset,
        quantity=money,
        giver=party,
        taker=party,
        source=None if sells else order.cash_account,
        target=order.cash_account if sells else None,
        travel_hash=order.travel_hash,
    )
    return (units, paid)


def order_codes(context: Context, order: Order, match: Match | None = None) -> list[Code]:
    """Why an order by itself could not trade: at its own limit, or in a match that failed."""
    state = context.state
    instrument = require(state, INSTRUMENT, order.asset)
    if not _is_routed(state, order):
        return [Code.NOT_AUTHORISED]
    face, price = (order.face, order.price_e4) if match is None else (match.face, match.price_e4)
    money = cost_of(context, instrument, face, price)
    if isinstance(money, Code):
        # in a match it is the seller who would have to pay: the buyer may stay
        return [] if match is not None and order.side is Side.BUY else [money]
    if match is not None and match.buy.cash_account == match.sell.cash_account:
        legs = side_legs(state, order, face, 0)
    else:
        legs = side_legs(state, order, face, money.total)
    return [
        *leg_codes(context, legs),
        *travel_codes(context, order, face, money.total),
        *funds_codes(context, legs, _holds(state, order)),
    ]


def travel_codes(context: Context, order: Order, face: int, money: int) -> Iterator[Code]:
    """Whether an order may need data that it has no hash of."""
    account = require_account(context.state, order.account)
    yield from travel_legs.alone_codes(context, account, order.travel_hash, face, money)


def _is_routed(state: Overlay, order: Order) -> bool:
    """Whether the cash account that the order was placed with is still at its institution."""
    if order.cash_account == order.account:
        return True
    account = require_account(state, order.account)
    return require_account(state, order.cash_account).servicer == account.servicer


def pair_codes(context: Context, match: Match) -> list[Code]:
    """Every check of the two together."""
    state = context.state
    instrument = require(state, INSTRUMENT, match.buy.asset)
    money = cost_of(context, instrument, match.face, match.price_e4)
    if isinstance(money, Code):
        return [money]
    own = _holds(state, match.sell)
    for place, amount in _holds(state, match.buy).items():
        own[place] = own.get(place, 0) + amount
    legs = _legs(state, match, money)
    return [
        *leg_codes(context, legs),
        *travel_legs.leg_codes(context, _between_owners(match, legs)),
        *funds_codes(context, legs, own),
    ]


def _between_owners(match: Match, legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """The money leg, if there is one, between those for whom cash accounts pay and are paid."""
    of = {order.cash_account: order.account for order in (match.buy, match.sell)}
    return tuple(
        msgspec.structs.replace(leg, source=of[leg.source or b""], target=of[leg.target or b""])
        for leg in legs[1:]
    )


def fill(context: Context, match: Match) -> None:
    """Settle, once. The caller has found no refusal."""
    state = context.state
    instrument = require(state, INSTRUMENT, match.buy.asset)
    money = cost_of(context, instrument, match.face, match.price_e4)
    if isinstance(money, Code):
        raise ValueError(f"a fill that was not checked: {money.name}")
    held = {order.id: held_by(state, order) for order in (match.buy, match.sell)}
    book = book_of(state, match.buy.asset)
    trade = Trade(
        asset=book.asset,
        number=book.trades + 1,
        height=context.height,
        traded_on=context.business_date,
        price_e4=match.price_e4,
        face=match.face,
        principal=money.principal,
        accrued=money.accrued,
        buy_order=match.buy.id,
        sell_order=match.sell.id,
        buyer=match.buy.account,
        seller=match.sell.account,
    )
    state.put(BOOK, msgspec.structs.replace(book, trades=trade.number))
    state.put(TRADE, trade)
    rest = _after(context, match.sell, match, held[match.sell.id] - match.face)
    state.put(ORDER, rest)
    bought = _after(context, match.buy, match, held[match.buy.id] - money.total)
    state.put(ORDER, bought)
    post(context, _legs(state, match, money))
    for order in (bought, rest):
        _tell(context, order, trade)


def _legs(state: Overlay, match: Match, money: Consideration) -> tuple[Leg, ...]:
    """Both sides of both legs."""
    together = match.buy.cash_account == match.sell.cash_account
    total = 0 if together else money.total
    taking = side_legs(state, match.buy, match.face, total)
    giving = side_legs(state, match.sell, match.face, total)
    return tuple(
        msgspec.structs.replace(
            take,
            giver=take.giver if give.source is None else give.giver,
            taker=take.taker if give.source is not None else give.taker,
            source=take.source or give.source,
            target=take.target or give.target,
            travel_hash=_hash_of(take, give),
        )
        for take, give in zip(taking, giving, strict=True)
    )


def _hash_of(take: Leg, give: Leg) -> bytes | None:
    """Of the leg that two orders make: what the side that pays or delivers says, or the other."""
    own, other = (take, give) if take.source is not None else (give, take)
    return own.travel_hash or other.travel_hash


def _after(context: Context, order: Order, match: Match, held: int) -> Order:
    """An order less what was filled; it holds what the rest needs, and never more than before."""
    face = order.face - match.face
    rest = msgspec.structs.replace(order, face=face, filled=order.filled + match.face)
    if not face:
        done = drop_hold(context, rest)
        count_order(context.state, order.asset, -1)
        return msgspec.structs.replace(done, status=OrderStatus.FILLED)
    instrument = require(context.state, INSTRUMENT, order.asset)
    wanted = needed(context, instrument, order.side, order.price_e4, face, order.expires_on)
    return shrink_hold(context, rest, min(held, wanted or 0))


def cost_of(
    context: Context, instrument: Instrument, face: int, price_e4: int
) -> Consideration | Code:
    """What a face costs on the business date, or why it has no price.

    BAD_DATE: outside of the life of the instrument, or its rate is not fixed. AMOUNT_ZERO: so low
    a price, or so negative an interest, that the seller would have to pay.
    """
    try:
        cost = consideration_at(context.state, instrument, face, price_e4, context.business_date)
    except AmountOverflow:
        return Code.AMOUNT_OVERFLOW
    if cost is None:
        return Code.BAD_DATE
    if cost.total <= 0:
        return Code.AMOUNT_ZERO
    return cost if cost.total <= AMOUNT_LIMIT else Code.AMOUNT_OVERFLOW


def _holds(state: Overlay, order: Order) -> dict[tuple[bytes, str], int]:
    instrument = require(state, INSTRUMENT, order.asset)
    if order.side is Side.SELL:
        return {(order.account, order.asset): held_by(state, order)}
    return {(order.cash_account, instrument.terms.settlement_asset): held_by(state, order)}


def _tell(context: Context, order: Order, trade: Trade) -> None:
    context.emit(
        OrderFilled(
            order=order.id,
            account=order.account,
            asset=order.asset,
            trade=trade.number,
            side=order.side,
            price_e4=trade.price_e4,
            face=trade.face,
            principal=trade.principal,
            accrued=trade.accrued,
            rest=order.face,
        )
    )
    if order.status is OrderStatus.FILLED:
        context.emit(
            OrderEnded(order=order.id, account=order.account, status=order.status, reason=0)
        )
