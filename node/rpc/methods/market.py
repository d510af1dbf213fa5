"""book_*, order_*, trade_*, rfq_*: what everybody may see, and what is its owner's, apart."""

from itertools import groupby

from node.rpc.errors import not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import market as schema
from node.sdk.schema.common import Page, PageParams
from tokens.clearing import ORDERS_PER_BOOK_MAX
from tokens.records.instruments import INSTRUMENT
from tokens.records.kind import Index, Key, Kind
from tokens.records.market import (
    ASKS,
    BIDS,
    BOOK,
    OPEN_BOOKS,
    OPEN_ORDERS,
    ORDER,
    ORDERS_BY_ACCOUNT,
    TRADE,
    TRADES,
    Book,
    Order,
    Trade,
)
from tokens.records.parties import ACCOUNT
from tokens.records.quotes import (
    OPEN_BY_MAKER,
    OPEN_BY_TAKER,
    QUOTE_REQUEST,
    QUOTES_BY_MAKER,
    QUOTES_BY_TAKER,
    QuoteRequest,
)


def get_book(call: Call, params: schema.BookParams) -> schema.BookView:
    """Best prices of both sides, and how the book stands."""
    if call.state.get(INSTRUMENT, params.asset) is None:
        raise not_found("instrument")
    book = call.state.get(BOOK, params.asset)
    return schema.BookView(
        asset=params.asset,
        bids=_levels(call, BIDS, params),
        asks=_levels(call, ASKS, params),
        orders=0 if book is None else book.orders,
        last_price_e4=0 if book is None else book.last_price_e4,
        last_traded_on=None if book is None else book.last_traded_on,
        trades=0 if book is None else book.trades,
        waiting_since=0 if book is None else book.waiting_since,
        stalled=False if book is None else book.stalled,
        closing=False if book is None else book.closing,
    )


def _levels(call: Call, index: Index[Order], params: schema.BookParams) -> tuple[schema.Level, ...]:
    orders = call.state.scan(ORDER, index, (params.asset,), limit=ORDERS_PER_BOOK_MAX)
    levels = []
    for price, group in groupby(orders, key=lambda order: order.price_e4):
        faces = [order.face for order in group]
        levels.append(schema.Level(price_e4=price, face=sum(faces), orders=len(faces)))
        if len(levels) == params.levels:
            break
    return tuple(levels)


def list_books(call: Call, params: PageParams) -> Page[Book]:
    """Books with open orders."""
    records, following, pinned = page_of(
        call, BOOK, OPEN_BOOKS, (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_order(call: Call, params: schema.OrderParams) -> Order:
    """An order, its owner's."""
    order = call.state.get(ORDER, params.order)
    if order is None:
        raise not_found("order")
    return order


def list_orders(call: Call, params: schema.OrderListParams) -> Page[Order]:
    """Orders of an account, its owner's."""
    if call.state.get(ACCOUNT, params.account) is None:
        raise not_found("account")
    index = OPEN_ORDERS if params.open_only else ORDERS_BY_ACCOUNT
    records, following, pinned = page_of(
        call, ORDER, index, (params.account,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_trade(call: Call, params: schema.TradeParams) -> Trade:
    """A trade with its parties, theirs."""
    trade = call.state.get(TRADE, params.asset, params.number)
    if trade is None:
        raise not_found("trade")
    return trade


def list_trades(call: Call, params: schema.TradeListParams) -> Page[schema.PublicTrade]:
    """Trades of an instrument without their parties."""
    if call.state.get(INSTRUMENT, params.asset) is None:
        raise not_found("instrument")
    records, following, pinned = page_of(
        call,
        TRADE,
        TRADES,
        (params.asset,),
        cursor=params.cursor,
        limit=params.limit,
        shows_sums_only=True,
    )
    items = [
        schema.PublicTrade(
            number=trade.number,
            height=trade.height,
            traded_on=trade.traded_on,
            price_e4=trade.price_e4,
            face=trade.face,
        )
        for trade in records
    ]
    return Page(items=tuple(items), next=following, pinned_height=pinned)


def get_quote(call: Call, params: schema.QuoteParams) -> QuoteRequest:
    """A request for quote, its two parties'."""
    request = call.state.get(QUOTE_REQUEST, params.taker, params.rfq_id)
    if request is None:
        raise not_found("request for quote")
    return request


def list_quotes(call: Call, params: schema.QuoteListParams) -> Page[QuoteRequest]:
    """Requests for quote of a participant, as taker or as maker."""
    if params.as_maker:
        index = OPEN_BY_MAKER if params.open_only else QUOTES_BY_MAKER
    else:
        index = OPEN_BY_TAKER if params.open_only else QUOTES_BY_TAKER
    prefix = (params.participant,)
    records, following, pinned = page_of(
        call, QUOTE_REQUEST, index, prefix, cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def _order_key(params: schema.OrderParams) -> tuple[Kind, Key]:
    return ORDER, (params.order,)


def _trade_key(params: schema.TradeParams) -> tuple[Kind, Key]:
    return TRADE, (params.asset, params.number)


def _quote_key(params: schema.QuoteParams) -> tuple[Kind, Key]:
    return QUOTE_REQUEST, (params.taker, params.rfq_id)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "book_get",
        schema.BookParams,
        schema.BookView,
        READ,
        get_book,
        "Best prices of an instrument's book, summed over orders, and how it stands.",
        reads=STATE,
    ),
    method(
        "book_list",
        PageParams,
        Page[Book],
        READ,
        list_books,
        "Books with open orders.",
        reads=STATE,
    ),
    method(
        "order_get",
        schema.OrderParams,
        Order,
        READ,
        get_order,
        "An order: its owner's.",
        reads=STATE,
        proves=_order_key,
    ),
    method(
        "order_list",
        schema.OrderListParams,
        Page[Order],
        READ,
        list_orders,
        "Orders of an account: its owner's.",
        reads=STATE,
    ),
    method(
        "trade_get",
        schema.TradeParams,
        Trade,
        READ,
        get_trade,
        "A trade with its parties: theirs.",
        reads=STATE,
        proves=_trade_key,
    ),
    method(
        "trade_list",
        schema.TradeListParams,
        Page[schema.PublicTrade],
        READ,
        list_trades,
        "Trades of an instrument without their parties, oldest first.",
        reads=STATE,
    ),
    method(
        "rfq_get",
        schema.QuoteParams,
        QuoteRequest,
        READ,
        get_quote,
        "A request for quote: its two parties'.",
        reads=STATE,
        proves=_quote_key,
    ),
    method(
        "rfq_list",
        schema.QuoteListParams,
        Page[QuoteRequest],
        READ,
        list_quotes,
        "Requests for quote of a participant, as taker or as maker.",
        reads=STATE,
    ),
)
