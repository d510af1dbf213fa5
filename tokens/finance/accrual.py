"""Coupons and accrued interest in minor units (section 5.3).

Rules of the file:

1. ``exact(q) = q * coupon_rate_e6 * F * factor_e6 / 10**12`` with F the exact fraction of a year;
   one rounding, at the end, named in the function.
2. What an issuer owes is rounded down, per holder and for the recorded total. So the sum over the
   holders never exceeds what was funded, and the rest is smaller than the number of holders.
3. What a buyer owes a seller is rounded half up on the magnitude. Between the record and the coupon
   date the seller keeps the coupon and owes the rest of the period: a negative number.
4. Quantities are original face. The pool factor scales them in each formula (amortising bonds).
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from tokens.amount import mul_div_floor, mul_div_half_up
from tokens.finance.daycount import DayCount, YearFraction, year_fraction
from tokens.finance.schedule import Period

RATE_SCALE: Final = 10**6
"""Units of a rate_e6 in one: 70_000 is 7 percent a year."""

FACTOR_ONE_E6: Final = 10**6
"""Pool factor of a bond of which nothing is repaid yet."""


def coupon_fraction(period: Period, convention: DayCount, freq: int) -> YearFraction:
    """Return the exact fraction of a year that the whole coupon of a period pays.

    Raises:
        ValueError: ACT/ACT ICMA for a bond without coupons.
    """
    return year_fraction(convention, period.start, period.end, freq=freq, quasi=period.quasi)


def accrued_fraction(
    period: Period, convention: DayCount, freq: int, settlement: date
) -> YearFraction:
    """Return the exact fraction of a year from the start of a period to the settlement date.

    Raises:
        ValueError: the settlement date is outside of the period.
    """
    _check_inside(period, settlement)
    return year_fraction(convention, period.start, settlement, freq=freq, quasi=period.quasi)


def remaining_fraction(
    period: Period, convention: DayCount, freq: int, settlement: date
) -> YearFraction:
    """Return the exact fraction of a year from the settlement date to the end of a period.

    It is counted, not subtracted: 30/360 and ACT/ACT AFB are not additive, and the days that the
    buyer does not receive are the days to be paid for.

    Raises:
        ValueError: the settlement date is outside of the period.
    """
    _check_inside(period, settlement)
    return year_fraction(convention, settlement, period.end, freq=freq, quasi=period.quasi)


def coupon_amount_floor(
    quantity: int,
    coupon_rate_e6: int,
    fraction: YearFraction,
    factor_e6: int = FACTOR_ONE_E6,
) -> int:
    """Return a coupon in minor units, rounded down: a holder's, or required for the total.

    Args:
        quantity: original face in minor units, an amount.
        coupon_rate_e6: annual rate, 0 or more.
        fraction: from ``coupon_fraction``.
        factor_e6: pool factor, 0..FACTOR_ONE_E6.

    Raises:
        AmountOverflow: the result is not an amount.
    """
    numerator, denominator = fraction
    return mul_div_floor(
        quantity,
        coupon_rate_e6 * numerator * factor_e6,
        RATE_SCALE * denominator * FACTOR_ONE_E6,
    )


def accrued_amount_half_up(
    quantity: int,
    coupon_rate_e6: int,
    fraction: YearFraction,
    factor_e6: int = FACTOR_ONE_E6,
) -> int:
    """Return the accrued interest on a trade in minor units, rounded half up.

    Args:
        quantity: original face in minor units, an amount.
        coupon_rate_e6: annual rate, 0 or more.
        fraction: from ``accrued_fraction``.
        factor_e6: pool factor, 0..FACTOR_ONE_E6.

    Raises:
        AmountOverflow: the result is too large.
    """
    numerator, denominator = fraction
    return mul_div_half_up(
        quantity,
        coupon_rate_e6 * numerator * factor_e6,
        RATE_SCALE * denominator * FACTOR_ONE_E6,
    )


def ex_coupon_accrued_half_up(
    quantity: int,
    coupon_rate_e6: int,
    fraction: YearFraction,
    factor_e6: int = FACTOR_ONE_E6,
) -> int:
    """Return the accrued interest between record and coupon date: 0 or negative, half up.

    Args:
        quantity: original face in minor units, an amount.
        coupon_rate_e6: annual rate, 0 or more.
        fraction: from ``remaining_fraction``.
        factor_e6: pool factor, 0..FACTOR_ONE_E6.

    Raises:
        AmountOverflow: the result is too large.
    """
    return -accrued_amount_half_up(quantity, coupon_rate_e6, fraction, factor_e6)


def pool_factor_e6(repayments: Sequence[tuple[date, int]], day: date) -> int:
    """Return the part of the original face that is outstanding after the repayments up to ``day``.

    Args:
        repayments: (date, fraction_e6 of the original face), together at most FACTOR_ONE_E6.
        day: repayments on this day count.
    """
    return FACTOR_ONE_E6 - sum(fraction_e6 for due, fraction_e6 in repayments if due <= day)


def _check_inside(period: Period, settlement: date) -> None:
    if not period.start <= settlement <= period.end:
        raise ValueError(f"settlement {settlement} is outside of {period.start}..{period.end}")
