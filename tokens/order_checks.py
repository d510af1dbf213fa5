"""What an order may ask for, whether it is new or changed (5.9)."""

from collections.abc import Iterator

from tokens.context import Context
from tokens.eligibility import RULE_CODES
from tokens.fills import cost_of, side_legs, travel_codes
from tokens.legs import hold_code, leg_codes
from tokens.lookup import require_asset
from tokens.orders import ORDER_DAYS_MAX, book_of, given_asset, giver_of, needed
from tokens.records.instruments import Instrument
from tokens.records.market import OPEN_ORDERS, ORDER, Order, Side
from tokens.results import Code, Refusal

ORDERS_PER_ACCOUNT_MAX = 64
"""Open orders of one account, over all books."""

CONTENT_CODES = (
    Code.DAY_CLOSED,
    Code.BOOK_CLOSED,
    Code.BAD_DATE,
    Code.DENOM_NOT_MULTIPLE,
    Code.AMOUNT_ZERO,
    Code.AMOUNT_OVERFLOW,
    Code.ASSET_NOT_ACTIVE,
    Code.ASSET_MATURED,
    Code.ASSET_PAUSED,
    Code.ACCOUNT_CLOSED,
    Code.ACCOUNT_FROZEN,
    Code.CREDIT_STOPPED,
    Code.KYC_TIER_TOO_LOW,
    Code.SELF_MATCH,
    Code.INSUFFICIENT_AVAILABLE,
    Code.LIENS_FULL,
    *RULE_CODES,
    Code.TRAVEL_HASH_MISSING,
)
"""What content_refusals can yield."""


def content_refusals(
    context: Context, order: Order, instrument: Instrument, *, free: int
) -> Iterator[Refusal]:
    """What an order asks for; `free` minor units of what it gives are its own hold."""
    state = context.state
    if not context.day_open:
        yield Refusal(Code.DAY_CLOSED)
    if book_of(state, order.asset).closing:
        yield Refusal(Code.BOOK_CLOSED)
    if not 1 <= (order.expires_on - context.business_date).days <= ORDER_DAYS_MAX:
        yield Refusal(Code.BAD_DATE)
        return
    asset = require_asset(state, order.asset)
    if order.face % asset.denomination:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    amount = needed(context, instrument, order.side, order.price_e4, order.face, order.expires_on)
    if amount is None:
        yield Refusal(Code.AMOUNT_OVERFLOW)
        return
    money = amount if order.side is Side.BUY else 1
    for code in leg_codes(context, side_legs(state, order, order.face, money)):
        if code is not Code.DENOM_NOT_MULTIPLE:
            yield Refusal(code)
    for face in (order.face, asset.denomination):
        cost = cost_of(context, instrument, face, order.price_e4)
        if isinstance(cost, Code):
            yield Refusal(cost)
        elif face == order.face:
            for code in travel_codes(context, order, face, max(money, cost.total)):
                yield Refusal(code)
    if _meets_own(context, order):
        yield Refusal(Code.SELF_MATCH)
    held = hold_code(
        context, given_asset(instrument, order.side), giver_of(order), max(0, amount - free)
    )
    if held is not None:
        yield Refusal(held)


def _meets_own(context: Context, order: Order) -> bool:
    """Whether it reaches an order of its account that came in an earlier block.

    Other accounts of its people, and orders of its own block, are looked at in the clearing.
    """
    own = context.state.scan(ORDER, OPEN_ORDERS, (order.account,), limit=ORDERS_PER_ACCOUNT_MAX)
    for other in own:
        if other.asset != order.asset or other.side is order.side or other.id == order.id:
            continue
        bid, ask = (order, other) if order.side is Side.BUY else (other, order)
        if bid.price_e4 >= ask.price_e4 and other.entered_at < context.height:
            return True
    return False
