"""Deliveries for receipts: what handing out is asked, and what remains in money (5.8)."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from tokens.amount import AMOUNT_MAX, mul_div_floor
from tokens.commodities import parts_of
from tokens.context import Context
from tokens.eligibility import Channel, Movement, leaving_refusals
from tokens.lookup import require_asset
from tokens.marks import mark_of
from tokens.records.commodities import Commodity, Delivery, DeliveryStatus, LotPart
from tokens.records.parties import Account
from tokens.results import Code, Refusal
from tokens.rules import governed_refusals, rules_of
from tokens.types import OperationClass

PRICE_SCALE = 10**6
"""price_e4 is per 100 minor units."""


def is_open(delivery: Delivery, day: dt.date) -> bool:
    """Whether it waits for its vault on a business date; the agenda ends it on its own."""
    return delivery.status is DeliveryStatus.REQUESTED and day < delivery.expires_on


def remainder_of(context: Context, commodity: Commodity, amount: int) -> tuple[int, int | Code]:
    """(remainder, money for it at the last mark rounded down, or why there is none)."""
    remainder = amount % commodity.delivery_unit
    if not remainder:
        return 0, 0
    mark = mark_of(context.state, commodity.asset)
    if mark is None:
        return remainder, Code.MARK_STALE
    if remainder * mark.price_e4 // PRICE_SCALE > AMOUNT_MAX:
        return remainder, Code.AMOUNT_OVERFLOW
    cash = mul_div_floor(remainder, mark.price_e4, PRICE_SCALE)
    return remainder, cash or Code.AMOUNT_ZERO


class Handing(NamedTuple):
    """What one confirmation hands out."""

    parts: tuple[LotPart, ...]
    taken: int
    """Minor units that leave the lots."""
    burned: int
    """Receipts, minor units: `taken`, and the remainder with the last part."""
    cash: int
    """Money for the remainder, with the last part."""
    ends: bool
    """Nothing is left after it."""


def handing_of(context: Context, commodity: Commodity, delivery: Delivery) -> Handing:
    """What the next confirmation of a delivery hands out: a part, or all that is left."""
    wanted = delivery.amount - delivery.remainder - delivery.delivered
    parts = parts_of(context.state, commodity, wanted)
    taken = sum(part.quantity for part in parts)
    if taken < wanted:
        return Handing(parts, taken, taken, 0, ends=False)
    return Handing(parts, taken, taken + delivery.remainder, delivery.cash, ends=True)


def handing_out_refusals(
    context: Context,
    commodity: Commodity,
    account: Account,
    cash_account: Account | None,
    amount: int,
) -> Iterator[Refusal]:
    """What a payment off the ledger is asked; the remainder, what a payment to its account is.

    Asked when it is requested, and again at each handing out: of what is not handed out yet, minor
    units, the remainder among them. `cash_account` is None where no remainder is paid.
    """
    state = context.state
    out = Movement(
        asset=require_asset(state, commodity.asset),
        source=account,
        target=None,
        amount=amount,
        operation_class=OperationClass.MOVE,
        channel=Channel.OFF_RAMP,
    )
    yield from leaving_refusals(context, out)
    if cash_account is not None and cash_account.owner != account.owner:
        money = require_asset(state, commodity.settlement_asset)
        paid = Movement(money, account, cash_account, 1, OperationClass.MOVE)
        yield from governed_refusals(context, paid, rules_of(context, money))
