"""Events of the order book (5.9)."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.market import OrderStatus, Side
from tokens.types import Address, Amount, AssetId, Count, Hash, PriceE4


class OrderPlaced(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=160,
):
    """An order stands in the book."""

    order: Hash
    account: Address
    asset: AssetId
    side: Side
    price_e4: PriceE4
    face: Amount
    expires_on: dt.date


class OrderReplaced(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=161,
):
    """Its owner changed an order."""

    order: Hash
    account: Address
    price_e4: PriceE4
    face: Amount
    expires_on: dt.date
    keeps_place: bool
    """Only less face or another expiry: it stays where it stood."""


class OrderFilled(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=162,
):
    """One fill, told to one of its two sides."""

    order: Hash
    account: Address
    asset: AssetId
    trade: Count
    """Number of the trade in its book."""
    side: Side
    price_e4: PriceE4
    face: Amount
    principal: Amount
    accrued: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    rest: Amount
    """Face still wanted."""


class OrderEnded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=163,
):
    """An order is out of the book: told to its owner only."""

    order: Hash
    account: Address
    status: OrderStatus
    reason: Count
    """Code why the ledger cancelled it; 0 = its owner did, or it is filled."""


class BookCleared(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=164,
):
    """A book cleared at one price: what everybody may know."""

    asset: AssetId
    price_e4: PriceE4
    volume: Amount
    """Face that changed hands in this block."""
    demand: Amount
    """Face bid at the price or above."""
    supply: Amount
    """Face offered at the price or below."""
    fills: Count
    unfinished: bool
    """The block had no room for all fills; the book goes on in a later one."""
