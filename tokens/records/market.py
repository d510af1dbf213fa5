"""Orders, books and trades of the secondary market (5.9)."""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.codec import tagged_hash
from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, Amount, AssetId, BlockHeight, Count, Hash, PositiveAmount

PRICE_E4_MAX = 10**9
"""Largest limit: 100,000 per 100 of face."""

LimitPrice = Annotated[int, msgspec.Meta(ge=1, le=PRICE_E4_MAX)]
"""Clean price per 100 of face, x 10^4."""

_TURN = b"mohur/book-turn/v1"


class Side(IntEnum):
    """What an order wants."""

    BUY = 1
    SELL = 2


class OrderStatus(IntEnum):
    """Life of an order; all but OPEN are for ever."""

    OPEN = 1
    FILLED = 2
    CANCELLED = 3
    EXPIRED = 4


class Order(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """A wish to trade. It leaves the state at its expiry date, whatever became of it."""

    id: Hash
    """SHA-256("mohur/order/v1", tx_id, operation index)."""
    account: Address
    """Holds or receives the face."""
    cash_account: Address
    """Pays or is paid: the account itself, or its cash account when the order came."""
    asset: AssetId
    side: Side
    price_e4: LimitPrice
    face: Amount
    """Still wanted, minor units, a multiple of the denomination; 0 when FILLED."""
    filled: Amount
    """Traded so far."""
    expires_on: dt.date
    """Ends at the first open_day on or after it."""
    placed_at: BlockHeight
    entered_at: BlockHeight
    """Its place in the book: that of the block which placed it, or changed it for the better."""
    status: OrderStatus
    reason: Annotated[int, msgspec.Meta(ge=0, le=199)]
    """Code why the ledger cancelled it, else 0."""
    lien: Hash | None
    """Hold of what it gives; None when nothing is held (any more)."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data about the account's owner, where the travel rule asks for them."""


class Book(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """The market of one instrument."""

    asset: AssetId
    orders: Count
    """Open orders on both sides."""
    last_price_e4: Annotated[int, msgspec.Meta(ge=0, le=PRICE_E4_MAX)]
    """Price of the last clearing; 0 = none yet."""
    last_traded_on: dt.date | None
    """Business date of it."""
    trades: Count
    """How many there were: the number of the last one."""
    waiting_since: BlockHeight
    """Block since which it waits to be cleared; 0 = it does not."""
    stalled: bool
    """It waits for a pause to end: no reason to make a block."""
    closing: bool
    """Its orders are being cancelled: nothing trades and nothing comes in."""


class Trade(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One fill: delivery against payment between two accounts. Never deleted."""

    asset: AssetId
    number: Count
    """From 1, per instrument."""
    height: BlockHeight
    traded_on: dt.date
    """Business date of trade and settlement."""
    price_e4: LimitPrice
    face: PositiveAmount
    principal: Amount
    """Minor units of the settlement money, RHU."""
    accrued: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    """RHU; negative between record and coupon date, then the seller pays it."""
    buy_order: Hash
    sell_order: Hash
    buyer: Address
    """Account that received the face."""
    seller: Address
    """Account that delivered it."""


def _bid(order: Order) -> Key | None:
    if order.status is not OrderStatus.OPEN or order.side is not Side.BUY:
        return None
    return (order.asset, PRICE_E4_MAX - order.price_e4, order.entered_at, order.id)


def _ask(order: Order) -> Key | None:
    if order.status is not OrderStatus.OPEN or order.side is not Side.SELL:
        return None
    return (order.asset, order.price_e4, order.entered_at, order.id)


def _open(order: Order) -> Key | None:
    return (order.account, order.id) if order.status is OrderStatus.OPEN else None


def _held(order: Order) -> Key | None:
    """From a hold to its order: the owner of the hold is the beginning of the order's id."""
    return (order.id[:16], order.id) if order.status is OrderStatus.OPEN else None


def _waiting(book: Book) -> Key | None:
    """Longest first; books that began to wait together have no order that anybody chooses."""
    if not book.waiting_since:
        return None
    since = book.waiting_since.to_bytes(8, "big")
    return (book.waiting_since, tagged_hash(_TURN, since + book.asset.encode()), book.asset)


def _ready(book: Book) -> Key | None:
    return None if book.stalled or book.closing else _waiting(book)


ORDER = RecordKind(
    64,
    "order",
    Order,
    lambda r: (r.id,),
    (
        Index(90, "bids", _bid, static=False),
        Index(91, "asks", _ask, static=False),
        Index(92, "orders_by_account", lambda r: (r.account, r.placed_at, r.id), static=False),
        Index(93, "open_orders_by_account", _open, static=False),
        Index(94, "open_orders_by_hold", _held, static=False),
    ),
)
BOOK = RecordKind(
    65,
    "book",
    Book,
    lambda r: (r.asset,),
    (
        Index(95, "books", lambda r: (r.asset,), static=True),
        Index(96, "books_open", lambda r: (r.asset,) if r.orders else None, static=False),
        Index(97, "books_waiting", _waiting, static=False),
        Index(98, "books_ready", _ready, static=False),
    ),
)
TRADE = RecordKind(
    66,
    "trade",
    Trade,
    lambda r: (r.asset, r.number),
    (Index(99, "trades", lambda r: (r.asset, r.number), static=True),),
)

BIDS, ASKS, ORDERS_BY_ACCOUNT, OPEN_ORDERS, ORDERS_BY_HOLD = ORDER.indexes
BOOKS, OPEN_BOOKS, WAITING_BOOKS, READY_BOOKS = BOOK.indexes
TRADES = TRADE.indexes[0]
