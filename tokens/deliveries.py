"""Deliveries for receipts: what handing out is asked, and what remains in money (5.8)."""

from collections.abc import Iterator

from tokens.amount import AMOUNT_MAX, mul_div_floor
from tokens.context import Context
from tokens.eligibility import Channel, Movement, leaving_refusals
from tokens.lookup import require_asset
from tokens.marks import mark_of
from tokens.records.commodities import Commodity
from tokens.records.parties import Account
from tokens.results import Code, Refusal
from tokens.rules import governed_refusals, rules_of
from tokens.types import OperationClass

PRICE_SCALE = 10**6
"""price_e4 is per 100 minor units."""


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


def handing_out_refusals(
    context: Context, commodity: Commodity, account: Account, cash_account: Account, amount: int
) -> Iterator[Refusal]:
    """What a payment off the ledger is asked; the remainder, what a payment to its account is.

    Asked when it is requested, and again when it is delivered.
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
    if amount % commodity.delivery_unit and cash_account.owner != account.owner:
        money = require_asset(state, commodity.settlement_asset)
        paid = Movement(money, account, cash_account, 1, OperationClass.MOVE)
        yield from governed_refusals(context, paid, rules_of(context, money))
