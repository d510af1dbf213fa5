"""The weighted average price of issue: what the tax on a discount is computed from (5.3)."""

from tokens.amount import mul_div_floor
from tokens.context import Context
from tokens.records.instruments import INSTRUMENT
from tokens.records.settlement import ISSUANCE, Leg
from tokens.records.tax import ISSUE_PRICE, IssuePrice
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT

PAR_E4 = 10**6
"""Price of par: per 100 of face, x 10^4."""


def note_issue(context: Context, asset: str, face: int, price_e4: int) -> None:
    """Add units sold in an auction to the asset's issue price; issuance calls it as they settle.

    A sum that would pass AMOUNT_LIMIT is left as it is: the average of 2^64 units stands.
    """
    _add(context, asset, face, face * price_e4)


def note_batch(context: Context, legs: tuple[Leg, ...]) -> None:
    """Add units that a batch issued against money, at what the issuer received for them.

    Only of an instrument without coupons, alone in its batch: elsewhere the money pays for accrued
    interest or for other units too, and the price is not known.
    """
    issues = [leg for leg in legs if leg.source == ISSUANCE]
    issued = {leg.asset for leg in issues}
    if len(issued) != 1 or len({leg.giver for leg in issues}) != 1:
        return
    instrument = context.state.get(INSTRUMENT, issues[0].asset)
    if instrument is None or instrument.terms.freq:
        return
    money, issuer = instrument.terms.settlement_asset, issues[0].giver
    if {leg.asset for leg in legs} != {issues[0].asset, money}:
        return
    paid = sum(leg.quantity for leg in legs if leg.asset == money and leg.taker == issuer)
    paid -= sum(leg.quantity for leg in legs if leg.asset == money and leg.giver == issuer)
    if paid > 0:
        face = sum(leg.quantity for leg in issues)
        _add(context, instrument.asset, face, paid * PAR_E4)


def _add(context: Context, asset: str, face: int, exact: int) -> None:
    """`exact` is cost x PAR_E4."""
    known = context.state.get(ISSUE_PRICE, asset)
    if known is not None:
        exact += known.cost * PAR_E4 + known.cost_rest
        face += known.face_sum
    cost, rest = divmod(exact, PAR_E4)
    if face <= 0 or max(face, cost) > AMOUNT_LIMIT:
        return
    context.state.put(
        ISSUE_PRICE, IssuePrice(asset=asset, face_sum=face, cost=cost, cost_rest=rest)
    )


def issue_price_half_up(state: Overlay, asset: str) -> int | None:
    """Weighted average x 10^4 per 100 of face, half up to the price tick; None: not known."""
    known = state.get(ISSUE_PRICE, asset)
    if known is None:
        return None
    exact = known.cost * PAR_E4 + known.cost_rest
    return (2 * exact + known.face_sum) // (2 * known.face_sum)


def discount_floor(state: Overlay, asset: str, face: int) -> int:
    """What a holder of `face` gains at par over the issue price, rounded down (5.3).

    0 for an instrument issued at par or above, and for one whose price is not known.
    """
    price_e4 = issue_price_half_up(state, asset)
    if price_e4 is None or price_e4 >= PAR_E4:
        return 0
    return mul_div_floor(face, PAR_E4 - price_e4, PAR_E4)
