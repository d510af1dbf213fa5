"""The weighted average price of issue: what the tax on a discount is computed from (5.3)."""

from tokens.amount import mul_div_floor
from tokens.context import Context
from tokens.records.tax import ISSUE_PRICE, IssuePrice
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT

PAR_E4 = 10**6
"""Price of par: per 100 of face, x 10^4."""


def note_issue(context: Context, asset: str, face: int, price_e4: int) -> None:
    """Add units sold in an auction to the asset's issue price; issuance calls it as they settle.

    A sum that would pass AMOUNT_LIMIT is left as it is: the average of 2^64 units stands.
    """
    known = context.state.get(ISSUE_PRICE, asset)
    exact = face * price_e4
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
    """Weighted average x 10^4 per 100 of face, half up to the price tick; None: no auction."""
    known = state.get(ISSUE_PRICE, asset)
    if known is None:
        return None
    exact = known.cost * PAR_E4 + known.cost_rest
    return (2 * exact + known.face_sum) // (2 * known.face_sum)


def discount_floor(state: Overlay, asset: str, face: int) -> int:
    """What a holder of `face` gains at par over the issue price, rounded down (5.3).

    0 for an instrument issued at par or above, and for one that no auction sold: it has no price.
    """
    price_e4 = issue_price_half_up(state, asset)
    if price_e4 is None or price_e4 >= PAR_E4:
        return 0
    return mul_div_floor(face, PAR_E4 - price_e4, PAR_E4)
