"""The weighted average price of issue: what the tax on a discount is computed from (5.3)."""

from collections.abc import Iterator
from typing import NamedTuple

from tokens.amount import mul_div_floor
from tokens.context import Context
from tokens.coupon_rates import accrued_at
from tokens.finance.accrual import FACTOR_ONE_E6
from tokens.lookup import require
from tokens.records.day import CALENDAR
from tokens.records.instruments import INSTRUMENT
from tokens.records.settlement import ISSUANCE, Leg
from tokens.records.tax import ISSUE_PRICE, IssuePrice
from tokens.state import Overlay
from tokens.terms import bought_factor_of
from tokens.types import AMOUNT_LIMIT

PAR_E4 = 10**6
"""Price of par: per 100 of face, x 10^4."""


def note_issue(context: Context, asset: str, face: int, price_e4: int) -> None:
    """Add units sold in an auction to the asset's issue price; issuance calls it as they settle.

    A sum that would pass AMOUNT_LIMIT is left as it is: the average of 2^64 units stands.
    """
    factor_e6 = _factor_of(context, asset)
    exact = face * price_e4 * factor_e6 // FACTOR_ONE_E6
    _add(context, asset, face, exact + _repaid(face, factor_e6))


def note_batch(context: Context, legs: tuple[Leg, ...]) -> None:
    """Add units that a batch issued against money, at what the issuer received for them.

    The money is principal and accrued interest of the business date, rounded apart; the principal
    is the cost. Interest does not accrue before the dated date.
    """
    for asset, lots, money in _sales(legs):
        instrument = context.state.get(INSTRUMENT, asset)
        if instrument is None or set(money) != {instrument.terms.settlement_asset}:
            continue
        day = max(context.business_date, instrument.terms.dated_date)
        accrued = [accrued_at(context.state, instrument, face, day) for face in lots]
        principal = sum(money.values()) - sum(part or 0 for part in accrued)
        if None in accrued or principal <= 0:
            continue
        face = sum(lots)
        repaid = _repaid(face, _factor_of(context, asset))
        _add(context, asset, face, principal * PAR_E4 + repaid)


class _Sale(NamedTuple):
    """Units of one asset, and what the issuer received for them."""

    asset: str
    lots: tuple[int, ...]
    """Minor units of face, one a buyer: each owes its own accrued interest."""
    money: dict[str, int]
    """Received less given back, by asset."""


def _sales(legs: tuple[Leg, ...]) -> Iterator[_Sale]:
    """What each issuer sold: all for all its money, or apart by buyer where it sold several."""
    issues = [leg for leg in legs if leg.source == ISSUANCE]
    for issuer in dict.fromkeys(leg.giver for leg in issues):
        own = [leg for leg in issues if leg.giver == issuer]
        buyers = list(dict.fromkeys(leg.taker for leg in own))
        dealt = [leg for leg in legs if leg.source != ISSUANCE and issuer in (leg.giver, leg.taker)]
        if len({leg.asset for leg in own}) == 1:
            lots = tuple(sum(leg.quantity for leg in own if leg.taker == one) for one in buyers)
            yield _Sale(own[0].asset, lots, _received(dealt, issuer))
            continue
        for buyer in buyers:
            bought = [leg for leg in own if leg.taker == buyer]
            if len({leg.asset for leg in bought}) == 1:
                paid = [leg for leg in dealt if buyer in (leg.giver, leg.taker)]
                face = sum(leg.quantity for leg in bought)
                yield _Sale(bought[0].asset, (face,), _received(paid, issuer))


def _received(legs: list[Leg], issuer: bytes) -> dict[str, int]:
    sums: dict[str, int] = {}
    for leg in legs:
        sign = 1 if leg.taker == issuer else -1
        sums[leg.asset] = sums.get(leg.asset, 0) + sign * leg.quantity
    return sums


def _factor_of(context: Context, asset: str) -> int:
    """Part of the face that a buyer of today gets, x 10^6."""
    instrument = context.state.get(INSTRUMENT, asset)
    if instrument is None or not instrument.terms.amortisations:
        return FACTOR_ONE_E6
    calendar = require(context.state, CALENDAR, instrument.terms.calendar_id).current
    return bought_factor_of(instrument.terms, calendar, context.business_date)


def _repaid(face: int, factor_e6: int) -> int:
    """What was repaid before the sale, x PAR_E4: at par, so that it is no discount."""
    return face * PAR_E4 * (FACTOR_ONE_E6 - factor_e6) // FACTOR_ONE_E6


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
