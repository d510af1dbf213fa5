"""Prices, yields and averages of an auction, in integers (section 5.2, rule 5).

Units: ``price_e4`` is the price of 100 of face, times 10**4; ``rate_e6`` an annual fraction, times
10**6. Bills pay simple interest on 365 days. Each function rounds once, half up on the magnitude,
on the exact rational: sums are never made of rounded parts.

Checked against the bid sheets of the State Bank of Pakistan, to the last digit printed.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from tokens.amount import mul_div_half_up

PAR_E4: Final = 10**6
"""Price of par: 100, times 10**4."""

RATE_ONE_E6: Final = 10**6
"""A rate of 100 percent a year."""

BILL_YEAR_DAYS: Final = 365
"""Days of the year in a bill's yield, leap year or not."""


class Fill(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One allotment: an amount at a price or at a rate."""

    face: int
    """Face allotted, minor units, an amount."""
    bid: int
    """price_e4, or rate_e6 where the auction is in rates."""


def bill_price_e4_half_up(rate_e6: int, days: int, year_days: int = BILL_YEAR_DAYS) -> int:
    """Return the price of a bill from its yield.

    Args:
        rate_e6: simple annual yield; may be negative, but not so much that nothing is left.
        days: from settlement to maturity, 1 or more.
        year_days: days of the year, 365 or 360.

    Raises:
        ValueError: the yield is -100 percent or less over the term.
    """
    growth = year_days * RATE_ONE_E6
    return mul_div_half_up(PAR_E4, growth, growth + rate_e6 * days)


def bill_yield_e6_half_up(price_e4: int, days: int, year_days: int = BILL_YEAR_DAYS) -> int:
    """Return the simple annual yield of a bill from its price; negative above par.

    Args:
        price_e4: 1 or more.
        days: from settlement to maturity, 1 or more.
        year_days: days of the year, 365 or 360.

    Raises:
        ValueError: the price or the number of days is not positive.
    """
    return mul_div_half_up(PAR_E4 - price_e4, year_days * RATE_ONE_E6, price_e4 * days)


def consideration_half_up(face: int, price_e4: int) -> int:
    """Return what a face costs at a clean price, in minor units, without accrued interest."""
    return mul_div_half_up(face, price_e4, PAR_E4)


def weighted_average_price_e4_half_up(fills: Sequence[Fill], tick_e4: int = 1) -> int:
    """Return the face-weighted average price, rounded to the tick: what non-competitive bids pay.

    Args:
        fills: the competitive allotments, with a face in total.
        tick_e4: smallest step of the price, 1 or more.

    Raises:
        ValueError: nothing was allotted, or the tick is not positive.
    """
    weighted = sum(fill.face * fill.bid for fill in fills)
    return mul_div_half_up(weighted, 1, sum(fill.face for fill in fills) * tick_e4) * tick_e4


def bill_weighted_average_yield_e6_half_up(
    fills: Sequence[Fill], days: int, year_days: int = BILL_YEAR_DAYS
) -> int:
    """Return the yield of all fills of a bill together: the yield of what they cost in sum.

    With F the faces and R = F * price the unrounded costs: (sum F - sum R) * year / (sum R * days).

    Args:
        fills: the competitive allotments.
        days: from settlement to maturity, 1 or more.
        year_days: days of the year, 365 or 360.

    Raises:
        ValueError: nothing was allotted, or the number of days is not positive.
    """
    face_scaled = sum(fill.face for fill in fills) * PAR_E4
    cost_scaled = sum(fill.face * fill.bid for fill in fills)
    return mul_div_half_up(face_scaled - cost_scaled, year_days * RATE_ONE_E6, cost_scaled * days)
