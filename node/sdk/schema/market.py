"""book_*, order_*, trade_*, rfq_*: the secondary market."""

import datetime
from typing import Annotated

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Address, Amount, AssetId, BlockHeight, Count, Hash, PriceE4, Reference

LEVELS_MAX = 50
"""Prices of one side of a book that are shown."""


class BookParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which book, and how much of it."""

    asset: AssetId
    levels: Annotated[int, msgspec.Meta(ge=1, le=LEVELS_MAX)] = 10
    """Prices on each side, best first."""


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """All orders of one side at one price."""

    price_e4: PriceE4
    face: Amount
    orders: Count


class BookView(msgspec.Struct, frozen=True, kw_only=True):
    """A book as everybody may see it: sums only."""

    asset: AssetId
    bids: tuple[Level, ...]
    """Best first."""
    asks: tuple[Level, ...]
    """Best first."""
    orders: Count
    """Open orders on both sides."""
    last_price_e4: PriceE4
    """Price of the last clearing; 0 = none yet."""
    last_traded_on: datetime.date | None
    trades: Count
    waiting_since: BlockHeight
    """Block since which it waits to be cleared; 0 = it does not."""
    stalled: bool
    """It waits for a pause to end."""
    closing: bool
    """Its orders are being cancelled: at the close of a record, or at maturity."""


class OrderParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which order."""

    order: Hash


class OrderListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Orders of an account: all that the state remembers in the order of placing, or the open."""

    account: Address
    open_only: bool = False
    cursor: Cursor = None
    limit: Limit = 50


class TradeParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which trade."""

    asset: AssetId
    number: Count


class TradeListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Trades of an instrument, oldest first."""

    asset: AssetId
    cursor: Cursor = None
    limit: Limit = 50


class PublicTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade without its parties."""

    number: Count
    height: BlockHeight
    traded_on: datetime.date
    price_e4: PriceE4
    face: Amount


class QuoteParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which request for quote."""

    taker: Address
    rfq_id: Reference


class QuoteListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that a participant made, or that were made to it."""

    participant: Address
    as_maker: bool = False
    open_only: bool = False
    cursor: Cursor = None
    limit: Limit = 50
