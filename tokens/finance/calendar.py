"""Business-day calendars: which days money moves, and where a date goes that is none.

A calendar is governed data with a version (Eid is announced days ahead). It is a value here: the
functions read the one they are given. Loops are bounded: among seven successive days at least one
is outside of the weekend, and there are at most HOLIDAYS_MAX holidays.
"""

from bisect import bisect_left
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Final, assert_never

import msgspec

HOLIDAYS_MAX: Final = 2_000
"""Holidays in one calendar: more than 60 years of 30 a year."""

BUSINESS_DAYS_MAX: Final = 1_000
"""Largest number of business days that may be added or taken away."""

DATE_MIN: Final = date(1900, 1, 1)
"""First date that a calendar or an instrument may name."""

DATE_MAX: Final = date(2199, 12, 31)
"""Last date that a calendar or an instrument may name."""

WEEKEND_SATURDAY_SUNDAY: Final = 0b1100000
"""Weekend of Pakistan since 2011: bits 5 and 6."""

_WHOLE_WEEK: Final = 0b1111111
_DAY: Final = timedelta(days=1)


class Calendar(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The weekend and the holidays of one market."""

    id: str
    """Name of the calendar, for example "PK"."""
    version: int
    """1 or more, rises with each governed change."""
    weekend_mask: int
    """Bit n is set if weekday n is a weekend day; Monday 0, Sunday 6. 0..126: never all seven."""
    holidays: tuple[date, ...]
    """Days besides weekends without settlement, ascending, distinct, at most HOLIDAYS_MAX."""


class CalendarFault(StrEnum):
    """Why a calendar cannot be used, in the order of the checks."""

    BAD_WEEKEND = "BAD_WEEKEND"
    TOO_MANY_HOLIDAYS = "TOO_MANY_HOLIDAYS"
    HOLIDAYS_NOT_ASCENDING = "HOLIDAYS_NOT_ASCENDING"
    DATE_OUT_OF_RANGE = "DATE_OUT_OF_RANGE"


class BusinessDayConvention(IntEnum):
    """Where a date goes that is not a business day (ISDA Definitions 2006 section 4.12).

    The numbers are on the wire: never reused.
    """

    NONE = 0
    """It stays. Also known as Unadjusted."""
    FOLLOWING = 1
    """The first business day after it."""
    MODFOLLOWING = 2
    """The first business day after it, or before it if that one falls into the next month."""
    PRECEDING = 3
    """The last business day before it."""


def check_calendar(calendar: Calendar) -> CalendarFault | None:
    """Return why a calendar cannot be used, or None. Called before a calendar enters the state."""
    if not 0 <= calendar.weekend_mask < _WHOLE_WEEK:
        return CalendarFault.BAD_WEEKEND
    holidays = calendar.holidays
    if len(holidays) > HOLIDAYS_MAX:
        return CalendarFault.TOO_MANY_HOLIDAYS
    if any(holidays[i] >= holidays[i + 1] for i in range(len(holidays) - 1)):
        return CalendarFault.HOLIDAYS_NOT_ASCENDING
    if holidays and not (holidays[0] >= DATE_MIN and holidays[-1] <= DATE_MAX):
        return CalendarFault.DATE_OUT_OF_RANGE
    return None


def is_business_day(calendar: Calendar, day: date) -> bool:
    """Say whether ``day`` is neither a weekend day nor a holiday."""
    if calendar.weekend_mask >> day.weekday() & 1:
        return False
    place = bisect_left(calendar.holidays, day)
    return place == len(calendar.holidays) or calendar.holidays[place] != day


def adjust(calendar: Calendar, day: date, convention: BusinessDayConvention) -> date:
    """Return the business day that stands for ``day``; ``day`` itself if it is one, or under NONE.

    Raises:
        ValueError: the calendar has no business day, which ``check_calendar`` excludes.
    """
    match convention:
        case BusinessDayConvention.NONE:
            return day
        case BusinessDayConvention.FOLLOWING:
            return _scan(calendar, day, _DAY)
        case BusinessDayConvention.PRECEDING:
            return _scan(calendar, day, -_DAY)
        case BusinessDayConvention.MODFOLLOWING:
            following = _scan(calendar, day, _DAY)
            same_month = (following.year, following.month) == (day.year, day.month)
            return following if same_month else _scan(calendar, day, -_DAY)
        case _:
            assert_never(convention)


def add_business_days(calendar: Calendar, day: date, count: int) -> date:
    """Return the ``count``-th business day after ``day``, or before it if ``count`` is negative.

    With 0 it is ``day`` if that is a business day, else the next one, so that the answer is always
    a business day.

    Raises:
        ValueError: ``count`` is outside of -BUSINESS_DAYS_MAX..BUSINESS_DAYS_MAX.
    """
    if abs(count) > BUSINESS_DAYS_MAX:
        raise ValueError(f"{count} business days are more than {BUSINESS_DAYS_MAX}")
    if count == 0:
        return _scan(calendar, day, _DAY)
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day = _scan(calendar, day + step, step)
    return day


def _scan(calendar: Calendar, day: date, step: timedelta) -> date:
    """Return the first business day from ``day`` on in the direction of ``step``."""
    for _ in range(7 * (len(calendar.holidays) + 1)):
        if is_business_day(calendar, day):
            return day
        day += step
    raise ValueError(f"calendar {calendar.id} has no business day")
