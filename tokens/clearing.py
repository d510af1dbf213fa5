"""Each book clears once a block, at one price, after the transactions (5.9).

Rules of this file:
1. What a book does depends on its orders, not on their order inside the block: the primary, which
   chooses that order, can buy nothing with it.
2. FILLS_MAX fills a block over all books. The book that has waited longest goes first, those that
   began to wait together in an order that nobody chooses; one that is cut goes to the end. So a
   book waits for at most as many blocks as books stand before it.
3. An order that fails a check ends, told to its owner only; the book goes on without it.
4. Two orders of one person or control group that reach each other never trade: the later one ends,
   and both where they came in one block. So nobody moves the price with trades with itself.
5. A fill passes the checks and postings of a batch (legs.py). Where only the pair of accounts fails
   them, the younger order ends: each attempt ends an order or trades, so no block repeats another.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from tokens.context import Context
from tokens.events import BookCleared
from tokens.fills import Match, fill, order_codes, pair_codes, younger
from tokens.finance.book_math import Wish, allotments, clearing_of, pairs
from tokens.lookup import require, require_asset
from tokens.orders import book_of, end
from tokens.records.day import BUSINESS_DAY
from tokens.records.instruments import INSTRUMENT, Asset
from tokens.records.kind import Index
from tokens.records.market import (
    ASKS,
    BIDS,
    BOOK,
    ORDER,
    READY_BOOKS,
    WAITING_BOOKS,
    Book,
    Order,
    OrderStatus,
    Side,
)
from tokens.relations import Ties, ties_of
from tokens.results import Code
from tokens.state import Overlay
from tokens.status import Use, asset_refusal
from tokens.types import OperationClass

FILLS_MAX = 256
"""Fills of one block over all books, those that were tried and failed too."""
ORDERS_PER_BOOK_MAX = 1_024
"""Open orders of one book."""
ORDERS_READ_MAX = 2 * ORDERS_PER_BOOK_MAX
"""Orders that the clearing of one block may look at: two full books, or many small ones."""
BOOKS_MAX = 512
"""Books with open orders."""
_PAGE = 64

OpenContext = Callable[[str], Context]
"""A context of its own for the book of an asset: its system receipt."""


class Work(NamedTuple):
    """What a block has left for its books."""

    fills: int
    orders: int


def wake(state: Overlay, asset: str, height: int) -> None:
    """Let a book wait for its clearing, if its best orders reach each other."""
    book = book_of(state, asset)
    if not book.waiting_since and not book.closing and _reach(state, asset) is not None:
        state.put(BOOK, msgspec.structs.replace(book, waiting_since=height))


def is_due(state: Overlay) -> bool:
    """Whether a book that was cut is a reason to make a block (R1)."""
    day = state.get(BUSINESS_DAY)
    return day is not None and day.open and bool(state.scan(BOOK, READY_BOOKS, limit=1))


def run_books(state: Overlay, open_context: OpenContext) -> list[Context]:
    """Clear what waits, as far as the block has room; one context a book that did something."""
    day = state.get(BUSINESS_DAY)
    if day is None or not day.open:
        return []
    left = Work(FILLS_MAX, ORDERS_READ_MAX)
    done: list[Context] = []
    for book in state.scan(BOOK, WAITING_BOOKS, limit=BOOKS_MAX):
        if left.fills <= 0 or left.orders < book.orders:
            break
        if _is_paused(state, book):
            if not book.stalled:
                state.put(BOOK, msgspec.structs.replace(book, stalled=True))
            continue
        context = open_context(book.asset)
        left = _clear(context, book, left)
        if context.events:
            done.append(context)
    return done


def _is_paused(state: Overlay, book: Book) -> bool:
    instrument = require(state, INSTRUMENT, book.asset)
    assets = (book.asset, instrument.terms.settlement_asset)
    return any(_trades(require_asset(state, name)) is Code.ASSET_PAUSED for name in assets)


def _trades(asset: Asset) -> Code | None:
    return asset_refusal(asset, OperationClass.TRADE, Use.OUT)


def _reach(state: Overlay, asset: str) -> tuple[int, int] | None:
    """(best offer, best bid) if they meet."""
    bid = state.scan(ORDER, BIDS, (asset,), limit=1)
    ask = state.scan(ORDER, ASKS, (asset,), limit=1)
    if not bid or not ask or bid[0].price_e4 < ask[0].price_e4:
        return None
    return ask[0].price_e4, bid[0].price_e4


def _clear(context: Context, book: Book, left: Work) -> Work:
    """One book, once."""
    state = context.state
    read = 0
    found = _reach(state, book.asset)
    bids: list[Order] = []
    asks: list[Order] = []
    if found is not None:
        bids = list(_down_to(state, BIDS, book.asset, lambda order: order.price_e4 >= found[0]))
        asks = list(_down_to(state, ASKS, book.asset, lambda order: order.price_e4 <= found[1]))
        read = len(bids) + len(asks)
        bids, asks = _without_failing(context, bids), _without_failing(context, asks)
        bids, asks = _without_own(context, bids, asks)
    tried, again = _trade(context, book, bids, asks, left.fills)
    now = book_of(state, book.asset)
    since = context.height if again else 0
    state.put(BOOK, msgspec.structs.replace(now, waiting_since=since, stalled=False))
    return Work(left.fills - tried, left.orders - read - 1)


def _down_to(
    state: Overlay, index: Index[Order], asset: str, inside: Callable[[Order], bool]
) -> Iterator[Order]:
    """Orders of one side from the best on, while they may trade at all."""
    after = None
    while page := state.scan(ORDER, index, (asset,), after=after, limit=_PAGE):
        for order in page:
            if not inside(order):
                return
            yield order
        after = index.order(page[-1])


def _without_failing(context: Context, orders: list[Order]) -> list[Order]:
    """Those that could trade now; the others end."""
    kept = []
    for order in orders:
        if order.expires_on <= context.business_date:
            end(context, order, OrderStatus.EXPIRED, Code.OK)
        elif codes := order_codes(context, order):
            end(context, order, OrderStatus.CANCELLED, codes[0])
        else:
            kept.append(order)
    return kept


def _without_own(
    context: Context, bids: list[Order], asks: list[Order]
) -> tuple[list[Order], list[Order]]:
    """Without those that reach an order of the same person or group that came no later."""
    of: dict[bytes, Ties] = {}
    for order in (*bids, *asks):
        if order.account not in of:
            of[order.account] = ties_of(context.state, order.account)

    def stay(orders: list[Order], others: list[Order]) -> list[Order]:
        reach = _best_so_far(others, of)
        return [order for order in orders if not _is_own(order, of[order.account], reach)]

    kept = (stay(bids, asks), stay(asks, bids))
    staying = {order.id: True for side in kept for order in side}
    for order in (*bids, *asks):
        if order.id not in staying:
            end(context, order, OrderStatus.CANCELLED, Code.SELF_MATCH)
    return kept


def _best_so_far(
    orders: list[Order], of: dict[bytes, Ties]
) -> dict[str, tuple[list[int], list[int]]]:
    """Per tie: heights ascending, and the price nearest to the other side up to each of them."""
    best: dict[str, tuple[list[int], list[int]]] = {}
    for order in sorted(orders, key=lambda entry: entry.entered_at):
        for tie in of[order.account]:
            heights, prices = best.setdefault(tie, ([], []))
            nearer = max if order.side is Side.BUY else min
            heights.append(order.entered_at)
            prices.append(nearer([order.price_e4, *prices[-1:]]))
    return best


def _is_own(order: Order, ties: Ties, reach: dict[str, tuple[list[int], list[int]]]) -> bool:
    """Whether it reaches an order of its own people that came in its block or before."""
    for tie in ties:
        heights, prices = reach.get(tie, ([], []))
        count = bisect_right(heights, order.entered_at)
        if count:
            nearest = prices[count - 1]
            bid, ask = (
                (order.price_e4, nearest) if order.side is Side.BUY else (nearest, order.price_e4)
            )
            if bid >= ask:
                return True
    return False


def _wishes(orders: list[Order]) -> list[Wish]:
    return [Wish(order.price_e4, order.face, order.entered_at, order.id) for order in orders]


def _trade(
    context: Context, book: Book, bids: list[Order], asks: list[Order], fills_left: int
) -> tuple[int, bool]:
    """(fills tried, whether the book has to go on in another block)."""
    wanted, offered = _wishes(bids), _wishes(asks)
    price = clearing_of(wanted, offered, book.last_price_e4)
    if price is None:
        return 0, False
    lot = require_asset(context.state, book.asset).denomination
    bought = allotments(_able(wanted, price.price_e4, Side.BUY), price.volume, lot)
    sold = allotments(_able(offered, price.price_e4, Side.SELL), price.volume, lot)
    tried, fills, volume, again = 0, 0, 0, False
    for buyer, seller, face in pairs(bought, sold):
        if tried >= fills_left:
            again = True
            break
        match = _match(context, bids[buyer], asks[seller], face, price.price_e4)
        if match is None:
            continue
        tried += 1
        if _settle(context, match):
            fills, volume = fills + 1, volume + face
        else:
            again = True
    if fills:
        now = book_of(context.state, book.asset)
        changed = msgspec.structs.replace(
            now, last_price_e4=price.price_e4, last_traded_on=context.business_date
        )
        context.state.put(BOOK, changed)
        context.emit(
            BookCleared(
                asset=book.asset,
                price_e4=price.price_e4,
                volume=volume,
                demand=price.demand,
                supply=price.supply,
                fills=fills,
                unfinished=again,
            )
        )
    return tried, again


def _able(wishes: list[Wish], price_e4: int, side: Side) -> list[Wish]:
    """Those whose limit the price keeps: a beginning of the list."""
    if side is Side.BUY:
        return [wish for wish in wishes if wish.price_e4 >= price_e4]
    return [wish for wish in wishes if wish.price_e4 <= price_e4]


def _match(context: Context, bid: Order, ask: Order, face: int, price_e4: int) -> Match | None:
    """The two orders as they stand now, or None if one of them has ended meanwhile."""
    buy = require(context.state, ORDER, bid.id)
    sell = require(context.state, ORDER, ask.id)
    if buy.status is not OrderStatus.OPEN or sell.status is not OrderStatus.OPEN:
        return None
    return Match(buy=buy, sell=sell, face=face, price_e4=price_e4)


def _settle(context: Context, match: Match) -> bool:
    """Fill a pair; or end who is at fault, and False."""
    codes = pair_codes(context, match)
    if not codes:
        fill(context, match)
        return True
    faults = [
        (order, own)
        for order in (match.buy, match.sell)
        if (own := order_codes(context, order, match))
    ]
    for order, own in faults:
        end(context, order, OrderStatus.CANCELLED, own[0])
    if not faults:
        end(context, younger(match), OrderStatus.CANCELLED, codes[0])
    return False
