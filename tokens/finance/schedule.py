"""Coupon schedules: from the terms of a bond to its periods (section 5.3).

Rules of the file:

1. The dates of a schedule are unadjusted. They are generated backwards from the maturity, or from
   the last regular coupon if there is one, on one day of the month (the roll).
2. Each date is computed from the anchor, never from its neighbour: 31 August, 28 February,
   31 August.
3. A stub is not guessed. If the first or the last period is not regular, the terms name the coupon
   that bounds it; terms that leave two readings are refused.
4. Refusals are values. A caller in the ledger answers each of them with BAD_SCHEDULE.
5. Holidays move the payment, and the accrual only where the terms say so (``adjust_accrual``).
"""

from bisect import bisect_left, bisect_right
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from tokens.finance.calendar import DATE_MAX, DATE_MIN, BusinessDayConvention, Calendar, adjust
from tokens.finance.daycount import is_leap

PERIODS_MAX: Final = 1_200
"""Largest number of regular periods from dated date to maturity: 100 years of months."""

FREQUENCIES: Final = (0, 1, 2, 4, 12)
"""Coupons a year; 0 is a bill or a zero-coupon bond."""

ROLL_EOM: Final = 31
"""Roll day of a schedule on the last day of the month."""

_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class ScheduleTerms(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What determines the coupon dates of a bond."""

    dated_date: date
    """First day of interest, DATE_MIN..DATE_MAX."""
    maturity_date: date
    """Unadjusted maturity, after the dated date."""
    freq: int
    """Coupons a year: 0, 1, 2, 4 or 12."""
    roll_day: int
    """Day of the month 1..30, the last one in a shorter month; 31 = ROLL_EOM, always the last one.
    Ignored at frequency 0."""
    first_coupon: date | None = None
    """End of an odd first period, on the roll; None if the first period is regular."""
    last_regular_coupon: date | None = None
    """Start of an odd last period, on the roll; None if the last period is regular."""


class Period(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One coupon period."""

    start: date
    """First day of accrual."""
    end: date
    """First day that no longer accrues: the unadjusted coupon date."""
    quasi: tuple[date, ...]
    """Regular coupon dates that cover the period, ascending: (start, end) if it is regular. ACT/ACT
    ICMA counts in them."""


class ScheduleFault(StrEnum):
    """Why terms have no schedule, in the order of the checks. On the ledger: BAD_SCHEDULE."""

    BAD_FREQUENCY = "BAD_FREQUENCY"
    BAD_ROLL_DAY = "BAD_ROLL_DAY"
    DATE_OUT_OF_RANGE = "DATE_OUT_OF_RANGE"
    NOT_ASCENDING = "NOT_ASCENDING"
    TOO_MANY_PERIODS = "TOO_MANY_PERIODS"
    STUB_WITHOUT_COUPON = "STUB_WITHOUT_COUPON"
    LAST_STUB_AMBIGUOUS = "LAST_STUB_AMBIGUOUS"
    FIRST_STUB_AMBIGUOUS = "FIRST_STUB_AMBIGUOUS"
    OFF_ROLL = "OFF_ROLL"


def month_date(year: int, month: int, roll_day: int) -> date:
    """Return the roll day of a month, its last day if the month is shorter.

    Args:
        year: the year that ``month`` counts from.
        month: 1..12, or any integer: 13 is January of the next year, 0 December of the last.
        roll_day: 1..31.
    """
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    last = 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]
    return date(year, month, min(roll_day, last))


def regular_dates(anchor: date, freq: int, roll_day: int, cover: tuple[date, date]) -> list[date]:
    """Return the regular coupon dates around an anchor, ascending, that cover a span of days.

    Args:
        anchor: one of the dates.
        freq: coupons a year: 1, 2, 4 or 12.
        roll_day: day of the month, 1..31.
        cover: the first date returned is on or before the first of these, the last one on or after
            the second; the caller bounds their distance.
    """
    step = 12 // freq
    dates = [anchor]
    back = 0
    while dates[-1] > cover[0]:
        back += 1
        dates.append(month_date(anchor.year, anchor.month - back * step, roll_day))
    dates.reverse()
    ahead = 0
    while dates[-1] < cover[1]:
        ahead += 1
        dates.append(month_date(anchor.year, anchor.month + ahead * step, roll_day))
    return dates


def build_schedule(terms: ScheduleTerms) -> tuple[Period, ...] | ScheduleFault:
    """Return the periods of a bond in order, or why there are none.

    At frequency 0 there is one period without regular dates, from the dated date to the maturity.
    """
    fault = _check_terms(terms)
    if fault is not None:
        return fault
    if terms.freq == 0:
        whole = Period(start=terms.dated_date, end=terms.maturity_date, quasi=())
        return (whole,)
    anchor = terms.last_regular_coupon or terms.maturity_date
    if not _on_roll(anchor, terms.roll_day):
        named = terms.last_regular_coupon is not None
        return ScheduleFault.OFF_ROLL if named else ScheduleFault.LAST_STUB_AMBIGUOUS
    grid = regular_dates(
        anchor, terms.freq, terms.roll_day, (terms.dated_date, terms.maturity_date)
    )
    if terms.first_coupon is None:
        before = _place(grid, terms.dated_date)
        if before is None:
            return ScheduleFault.FIRST_STUB_AMBIGUOUS
        first = before + 1
    else:
        named_first = _place(grid, terms.first_coupon)
        if named_first is None:
            return ScheduleFault.OFF_ROLL
        first = named_first
    bounds = [terms.dated_date, *grid[first : bisect_right(grid, anchor)]]
    if bounds[-1] != terms.maturity_date:
        bounds.append(terms.maturity_date)
    return tuple(_period(grid, bounds[i], bounds[i + 1]) for i in range(len(bounds) - 1))


def adjust_period(period: Period, calendar: Calendar, convention: BusinessDayConvention) -> Period:
    """Move the dates of a period to business days, for terms with ``adjust_accrual``.

    Its regular dates move with it, so that a regular period stays one under ACT/ACT ICMA.
    """
    return Period(
        start=adjust(calendar, period.start, convention),
        end=adjust(calendar, period.end, convention),
        quasi=tuple(adjust(calendar, day, convention) for day in period.quasi),
    )


def period_at(periods: tuple[Period, ...], day: date) -> int | None:
    """Return the index of the period that contains ``day``, or None outside of the schedule.

    A coupon date belongs to the period that starts on it.
    """
    for index, period in enumerate(periods):
        if period.start <= day < period.end:
            return index
    return None


def _check_terms(terms: ScheduleTerms) -> ScheduleFault | None:
    if terms.freq not in FREQUENCIES:
        return ScheduleFault.BAD_FREQUENCY
    if terms.freq and not 1 <= terms.roll_day <= ROLL_EOM:
        return ScheduleFault.BAD_ROLL_DAY
    if terms.dated_date < DATE_MIN or terms.maturity_date > DATE_MAX:
        return ScheduleFault.DATE_OUT_OF_RANGE
    first, last = terms.first_coupon, terms.last_regular_coupon
    if terms.maturity_date <= terms.dated_date:
        return ScheduleFault.NOT_ASCENDING
    if first is not None and not terms.dated_date < first <= terms.maturity_date:
        return ScheduleFault.NOT_ASCENDING
    if last is not None and not terms.dated_date <= last < terms.maturity_date:
        return ScheduleFault.NOT_ASCENDING
    if first is not None and last is not None and first > last:
        return ScheduleFault.NOT_ASCENDING
    months = 12 * (terms.maturity_date.year - terms.dated_date.year + 1)
    if terms.freq and months * terms.freq > 12 * PERIODS_MAX:
        return ScheduleFault.TOO_MANY_PERIODS
    if terms.freq == 0 and (first is not None or last is not None):
        return ScheduleFault.STUB_WITHOUT_COUPON
    return None


def _on_roll(day: date, roll_day: int) -> bool:
    return month_date(day.year, day.month, roll_day) == day


def _place(grid: list[date], day: date) -> int | None:
    place = bisect_left(grid, day)
    return place if place < len(grid) and grid[place] == day else None


def _period(grid: list[date], start: date, end: date) -> Period:
    covering = grid[bisect_right(grid, start) - 1 : bisect_left(grid, end) + 1]
    return Period(start=start, end=end, quasi=tuple(covering))
