"""Calendars against a day-by-day count and against QuantLib."""

from datetime import date, timedelta

import msgspec
import pytest
import QuantLib as ql  # noqa: N813  its own documentation calls it so
from hypothesis import given, settings
from hypothesis import strategies as st

from tokens.finance.calendar import (
    BUSINESS_DAYS_MAX,
    DATE_MAX,
    DATE_MIN,
    HOLIDAYS_MAX,
    WEEKEND_SATURDAY_SUNDAY,
    BusinessDayConvention,
    Calendar,
    CalendarFault,
    add_business_days,
    adjust,
    check_calendar,
    is_business_day,
)

ORACLES = {
    BusinessDayConvention.NONE: ql.Unadjusted,
    BusinessDayConvention.FOLLOWING: ql.Following,
    BusinessDayConvention.MODFOLLOWING: ql.ModifiedFollowing,
    BusinessDayConvention.PRECEDING: ql.Preceding,
}

SPRING = st.dates(date(2023, 1, 1), date(2023, 4, 30))


def calendar(holidays: list[date], mask: int = WEEKEND_SATURDAY_SUNDAY) -> Calendar:
    days = tuple(sorted(dict.fromkeys(holidays)))
    return Calendar(id="XX", version=1, weekend_mask=mask, holidays=days)


calendars = st.builds(
    calendar, st.lists(SPRING, max_size=40), st.integers(0, 126).filter(lambda mask: mask != 127)
)


def to_ql(when: date) -> "ql.Date":
    return ql.Date(when.day, when.month, when.year)


def ql_calendar(ours: Calendar, name: str) -> "ql.BespokeCalendar":
    """QuantLib keeps bespoke calendars apart by name only in equality; each is a fresh object."""
    theirs = ql.BespokeCalendar(name)
    for weekday in range(7):
        if ours.weekend_mask >> weekday & 1:
            theirs.addWeekend((weekday + 1) % 7 + 1)
    for holiday in ours.holidays:
        theirs.addHoliday(to_ql(holiday))
    return theirs


@settings(max_examples=200)
@given(calendars, SPRING, st.sampled_from(sorted(ORACLES)))
def test_adjust_as_quantlib(ours: Calendar, when: date, convention: BusinessDayConvention) -> None:
    theirs = ql_calendar(ours, f"adjust-{ours.weekend_mask}-{ours.holidays}")
    assert is_business_day(ours, when) is theirs.isBusinessDay(to_ql(when))
    expected = theirs.adjust(to_ql(when), ORACLES[convention])
    assert to_ql(adjust(ours, when, convention)) == expected


@settings(max_examples=200)
@given(calendars, SPRING, st.integers(-30, 30))
def test_add_business_days_as_quantlib(ours: Calendar, when: date, count: int) -> None:
    theirs = ql_calendar(ours, f"advance-{ours.weekend_mask}-{ours.holidays}")
    expected = theirs.advance(to_ql(when), count, ql.Days)
    assert to_ql(add_business_days(ours, when, count)) == expected


@given(calendars, SPRING, st.integers(1, 30))
def test_add_business_days_counts_each_business_day_once(
    ours: Calendar, when: date, count: int
) -> None:
    last = add_business_days(ours, when, count)
    span = [when + timedelta(days=n) for n in range(1, (last - when).days + 1)]
    assert sum(is_business_day(ours, each) for each in span) == count
    assert is_business_day(ours, last)


@given(calendars, SPRING, SPRING, st.sampled_from(sorted(ORACLES)))
def test_adjusting_never_changes_the_order_of_dates(
    ours: Calendar, one: date, other: date, convention: BusinessDayConvention
) -> None:
    early, late = min(one, other), max(one, other)
    if convention is BusinessDayConvention.MODFOLLOWING and len(ours.holidays) > 20:
        return  # a month without business days sends its dates back
    assert adjust(ours, early, convention) <= adjust(ours, late, convention)


def test_eid_week() -> None:
    """Eid al-Fitr 2023: Friday 21 to Tuesday 25 April, with the weekend in it."""
    eid = calendar([date(2023, 4, 21), date(2023, 4, 24), date(2023, 4, 25)])
    assert adjust(eid, date(2023, 4, 21), BusinessDayConvention.FOLLOWING) == date(2023, 4, 26)
    assert adjust(eid, date(2023, 4, 22), BusinessDayConvention.PRECEDING) == date(2023, 4, 20)
    assert add_business_days(eid, date(2023, 4, 20), 1) == date(2023, 4, 26)
    assert add_business_days(eid, date(2023, 4, 22), 0) == date(2023, 4, 26)


def test_modified_following_stays_in_the_month() -> None:
    plain = calendar([])
    saturday = date(2022, 12, 31)
    assert adjust(plain, saturday, BusinessDayConvention.MODFOLLOWING) == date(2022, 12, 30)
    assert adjust(plain, saturday, BusinessDayConvention.FOLLOWING) == date(2023, 1, 2)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (calendar([], mask=127), CalendarFault.BAD_WEEKEND),
        (calendar([], mask=-1), CalendarFault.BAD_WEEKEND),
        (
            calendar([DATE_MIN + timedelta(days=n) for n in range(HOLIDAYS_MAX + 1)]),
            CalendarFault.TOO_MANY_HOLIDAYS,
        ),
        (
            msgspec.structs.replace(calendar([]), holidays=(date(2023, 1, 2), date(2023, 1, 1))),
            CalendarFault.HOLIDAYS_NOT_ASCENDING,
        ),
        (
            msgspec.structs.replace(calendar([]), holidays=(date(2023, 1, 2), date(2023, 1, 2))),
            CalendarFault.HOLIDAYS_NOT_ASCENDING,
        ),
        (calendar([date(1899, 12, 31)]), CalendarFault.DATE_OUT_OF_RANGE),
        (calendar([date(2200, 1, 1)]), CalendarFault.DATE_OUT_OF_RANGE),
        (calendar([DATE_MIN, DATE_MAX]), None),
        (calendar([], mask=126), None),
        (calendar([], mask=0), None),
    ],
)
def test_check_calendar(broken: Calendar, fault: CalendarFault | None) -> None:
    assert check_calendar(broken) is fault


def test_the_longest_run_of_holidays_is_crossed_in_bounded_steps() -> None:
    start = date(2023, 1, 2)
    full = calendar([start + timedelta(days=n) for n in range(HOLIDAYS_MAX)])
    assert check_calendar(full) is None
    end = adjust(full, start, BusinessDayConvention.FOLLOWING)
    assert end >= start + timedelta(days=HOLIDAYS_MAX)
    assert is_business_day(full, end)
    one_day_weeks = calendar([start + timedelta(days=7 * n) for n in range(HOLIDAYS_MAX)], mask=126)
    far = adjust(one_day_weeks, start, BusinessDayConvention.FOLLOWING)
    assert far == start + timedelta(days=7 * HOLIDAYS_MAX)


def test_a_calendar_without_business_days_is_our_error() -> None:
    with pytest.raises(ValueError, match="no business day"):
        adjust(calendar([], mask=127), date(2023, 1, 1), BusinessDayConvention.FOLLOWING)


@pytest.mark.parametrize("count", [BUSINESS_DAYS_MAX + 1, -BUSINESS_DAYS_MAX - 1])
def test_too_many_business_days_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="business days are more"):
        add_business_days(calendar([]), date(2023, 1, 1), count)


def test_a_calendar_is_an_array_on_the_wire() -> None:
    eid = calendar([date(2023, 4, 21)])
    encoded = msgspec.msgpack.encode(eid)
    assert msgspec.msgpack.decode(encoded) == ["XX", 1, 96, ["2023-04-21"]]
    assert msgspec.msgpack.decode(encoded, type=Calendar) == eid
