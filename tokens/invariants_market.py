"""What must hold of orders, books and trades after every block (5.9)."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

import msgspec

from tokens.amount import mul_div_half_up
from tokens.records.holdings import LIEN
from tokens.records.instruments import ASSET
from tokens.records.kind import RecordKind
from tokens.records.market import BOOK, ORDER, TRADE, Order, OrderStatus, Side
from tokens.records.system import AGENDA_ITEM
from tokens.terms import PRICE_SCALE

R = TypeVar("R", bound=msgspec.Struct)


class Records(Protocol):
    """All records of a state, by kind."""

    def all(self, kind: RecordKind[R]) -> list[R]:
        """The records of a kind."""


def validate_orders(state: Records) -> Iterator[str]:
    """An open order wants whole lots and holds what it gives; an ended one holds nothing."""
    liens = {lien.id: lien for lien in state.all(LIEN)}
    lots = {asset.id: asset.denomination for asset in state.all(ASSET)}
    items = {
        (item.subject, item.due_on)
        for item in state.all(AGENDA_ITEM)
        if item.handler == "order_expiry"
    }
    for order in state.all(ORDER):
        name = f"order {order.id.hex()[:8]}"
        if (order.id, order.expires_on) not in items:
            yield f"{name}: nothing ends it"
        if order.status is not OrderStatus.OPEN:
            if order.lien is not None:
                yield f"{name}: {order.status.name} with a hold"
            continue
        if not order.face or order.face % lots[order.asset]:
            yield f"{name}: open with a face of {order.face}"
        lien = None if order.lien is None else liens.get(order.lien)
        if order.lien is not None and lien is None:
            yield f"{name}: its hold is gone"
        if lien is not None and lien.owner != order.id[:16]:
            yield f"{name}: holds what is another's"
        principal = mul_div_half_up(order.face, order.price_e4, PRICE_SCALE)
        if order.side is Side.BUY and (0 if lien is None else lien.amount or 0) < principal:
            yield f"{name}: buys for more than it holds"
        if order.side is Side.SELL and (lien is None or lien.amount != order.face):
            yield f"{name}: sells what it does not hold"


def validate_books(state: Records) -> Iterator[str]:
    """Open orders are counted; orders that reach each other wait; trades are numbered."""
    open_orders: dict[str, list[Order]] = {}
    for order in state.all(ORDER):
        if order.status is OrderStatus.OPEN:
            open_orders.setdefault(order.asset, []).append(order)
    numbers: dict[str, list[int]] = {}
    for trade in state.all(TRADE):
        numbers.setdefault(trade.asset, []).append(trade.number)
        if trade.face <= 0 or trade.principal + trade.accrued <= 0:
            yield f"{trade.asset} trade {trade.number}: for nothing"
    for book in state.all(BOOK):
        own = open_orders.pop(book.asset, [])
        if book.orders != len(own):
            yield f"book of {book.asset}: {book.orders} orders, {len(own)} there"
        bids = [order.price_e4 for order in own if order.side is Side.BUY]
        asks = [order.price_e4 for order in own if order.side is Side.SELL]
        crossed = bool(bids and asks) and max(bids) >= min(asks)
        if crossed and not book.waiting_since and not book.closing:
            yield f"book of {book.asset}: orders meet and nothing waits"
        if sorted(numbers.pop(book.asset, [])) != list(range(1, book.trades + 1)):
            yield f"book of {book.asset}: {book.trades} trades, others there"
    if open_orders or numbers:
        yield "orders or trades without a book"


MARKET_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_orders,
    validate_books,
)
