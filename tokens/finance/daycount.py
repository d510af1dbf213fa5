"""Day count conventions, each as an exact fraction (numerator, denominator) of a year.

Rules of the file:

1. A fraction is two integers with a positive denominator, in lowest terms. Nobody rounds here.
2. A period includes its first day and not its last.
3. Each convention is defined in words, with the other names it goes by, in the manner of QuantLib.
   Sources: ISDA Definitions 2006 section 4.16, ICMA rule 251, ISDA memo "EMU and Market
   Conventions: Recent Developments" of 1998.

ACT/ACT ICMA cannot be computed from two dates alone: it needs the coupon dates around them. They
are an argument (``quasi``): ascending dates, a regular period apart, that cover what is counted.
"""

from collections.abc import Sequence
from datetime import date
from enum import IntEnum
from math import gcd
from typing import Final, assert_never

DAYS_365: Final = 365
DAYS_366: Final = 366
DAYS_360: Final = 360

YearFraction = tuple[int, int]
"""(numerator, denominator): an exact number of years, the denominator positive."""


class DayCount(IntEnum):
    """How days become a fraction of a year. The numbers are on the wire: never reused."""

    ACT_365F = 1
    """Actual days over 365, leap year or not. Also known as Actual/365 (Fixed), A/365F."""

    ACT_360 = 2
    """Actual days over 360. Also known as Actual/360, A/360, French (of the money market)."""

    ACT_ACT_ICMA = 3
    """Actual days over (coupons a year x days of the coupon period they fall in), summed over the
    regular periods when the coupon is short or long. Also known as Actual/Actual (Bond), ISMA."""

    ACT_ACT_ISDA = 4
    """Days in leap years over 366 plus the other days over 365. Also known as Actual/Actual
    (Historical), Actual/Actual, Actual/365."""

    ACT_ACT_AFB = 5
    """Whole years counted back from the end, then actual days over 365, or over 366 if the rest
    holds a 29 February. Also known as Actual/Actual (Euro)."""

    THIRTY_360 = 6
    """Months of 30 days: a start on the 31st becomes the 30th; an end on the 31st becomes the 30th
    if the start is then the 30th. Also known as 30/360 Bond Basis, 360/360, 30A/360. Without the
    rule for the end of February of 30/360 US."""

    THIRTY_E_360 = 7
    """Months of 30 days: each 31st becomes the 30th. Also known as Eurobond Basis, 30/360 ICMA."""


def year_fraction(
    convention: DayCount,
    start: date,
    end: date,
    *,
    freq: int = 0,
    quasi: Sequence[date] = (),
) -> YearFraction:
    """Return the exact fraction of a year from ``start`` to ``end``.

    Args:
        convention: the day count convention.
        start: first day counted.
        end: first day not counted, on or after ``start``.
        freq: regular coupons a year, 1 or more; ACT/ACT ICMA only.
        quasi: ascending regular coupon dates that cover the period; ACT/ACT ICMA only.

    Raises:
        ValueError: ``end`` is before ``start``, or the coupon dates of ACT/ACT ICMA do not fit.
    """
    if end < start:
        raise ValueError(f"period ends {end} before it starts {start}")
    match convention:
        case DayCount.ACT_365F:
            return _reduced((end - start).days, DAYS_365)
        case DayCount.ACT_360:
            return _reduced((end - start).days, DAYS_360)
        case DayCount.ACT_ACT_ICMA:
            return _icma(start, end, freq, quasi)
        case DayCount.ACT_ACT_ISDA:
            return _isda(start, end)
        case DayCount.ACT_ACT_AFB:
            return _afb(start, end)
        case DayCount.THIRTY_360:
            return _thirty(start, end, end_of_month=start.day >= 30)
        case DayCount.THIRTY_E_360:
            return _thirty(start, end, end_of_month=True)
        case _:
            assert_never(convention)


def is_leap(year: int) -> bool:
    """Say whether a year of the Gregorian calendar has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def add_fractions(left: YearFraction, right: YearFraction) -> YearFraction:
    """Add two exact fractions."""
    return _reduced(left[0] * right[1] + right[0] * left[1], left[1] * right[1])


def _reduced(numerator: int, denominator: int) -> YearFraction:
    divisor = gcd(numerator, denominator)
    return numerator // divisor, denominator // divisor


def _icma(start: date, end: date, freq: int, quasi: Sequence[date]) -> YearFraction:
    """Sum A_i / (freq * E_i) over the regular periods i: A_i of its E_i days are ours."""
    if freq < 1 or len(quasi) < 2 or start < quasi[0] or end > quasi[-1]:
        raise ValueError(f"coupon dates {quasi} at frequency {freq} do not cover {start}..{end}")
    total: YearFraction = (0, 1)
    for index in range(len(quasi) - 1):
        left, right = quasi[index], quasi[index + 1]
        if right < left:
            raise ValueError(f"coupon dates {left}, {right} do not ascend")
        days = (min(end, right) - max(start, left)).days
        if days > 0:
            total = add_fractions(total, (days, freq * (right - left).days))
    return total


def _isda(start: date, end: date) -> YearFraction:
    if start.year == end.year:
        return _reduced((end - start).days, _days_of_year(start.year))
    first = ((date(start.year + 1, 1, 1) - start).days, _days_of_year(start.year))
    last = ((end - date(end.year, 1, 1)).days, _days_of_year(end.year))
    return add_fractions(add_fractions(first, last), (end.year - start.year - 1, 1))


def _days_of_year(year: int) -> int:
    return DAYS_366 if is_leap(year) else DAYS_365


def _afb(start: date, end: date) -> YearFraction:
    years = end.year - start.year
    if years and _years_before(end, years) < start:
        years -= 1
    rest_end = _years_before(end, years)
    leap = any(
        is_leap(year) and start <= date(year, 2, 29) < rest_end
        for year in range(start.year, rest_end.year + 1)
    )
    rest = ((rest_end - start).days, DAYS_366 if leap else DAYS_365)
    return add_fractions((years, 1), rest)


def _years_before(day: date, years: int) -> date:
    """Count whole years back; the end of February stays the end of February (ISDA memo of 1998)."""
    if years == 0:
        return day
    year = day.year - years
    if day.month == 2 and day.day >= 28:
        return date(year, 2, 29 if is_leap(year) else 28)
    return date(year, day.month, day.day)


def _thirty(start: date, end: date, *, end_of_month: bool) -> YearFraction:
    """Count months of 30 days; an end on the 31st becomes the 30th if ``end_of_month``."""
    first = min(start.day, 30)
    last = min(end.day, 30) if end_of_month else end.day
    months = 12 * (end.year - start.year) + end.month - start.month
    return _reduced(30 * months + last - first, DAYS_360)
