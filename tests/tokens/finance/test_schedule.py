"""Schedules: QuantLib on generated terms, stubs by hand, and each refusal."""

from datetime import date
from itertools import pairwise

import msgspec
import pytest
import QuantLib as ql  # noqa: N813  its own documentation calls it so
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tokens.finance.calendar import (
    DATE_MAX,
    WEEKEND_SATURDAY_SUNDAY,
    BusinessDayConvention,
    Calendar,
    adjust,
)
from tokens.finance.schedule import (
    FREQUENCIES,
    PERIODS_MAX,
    ROLL_EOM,
    Period,
    ScheduleFault,
    ScheduleTerms,
    adjust_period,
    build_schedule,
    month_date,
    period_at,
)

TENOR = {1: 12, 2: 6, 4: 3, 12: 1}
PLAIN = Calendar(id="XX", version=1, weekend_mask=WEEKEND_SATURDAY_SUNDAY, holidays=())


def to_ql(when: date) -> "ql.Date":
    return ql.Date(when.day, when.month, when.year)


def bounds(periods: tuple[Period, ...] | ScheduleFault) -> list[date]:
    assert isinstance(periods, tuple), periods
    return [periods[0].start, *(period.end for period in periods)]


@st.composite
def coupon_terms(draw: st.DrawFn) -> ScheduleTerms:
    """Terms with each kind of first and last period; some have none of their dates in order."""
    freq = draw(st.sampled_from([1, 2, 4, 12]))
    roll = draw(st.one_of(st.integers(1, 31), st.just(ROLL_EOM)))
    step = TENOR[freq]
    first = month_date(draw(st.integers(1990, 2060)), draw(st.integers(1, 12)), roll)
    count = draw(st.integers(0, 40))
    last = month_date(first.year, first.month + count * step, roll)
    first_kind = draw(st.sampled_from(["regular", "short", "long"]))
    last_kind = draw(st.sampled_from(["regular", "short", "long"]))
    before = month_date(first.year, first.month - step, roll)
    after = month_date(last.year, last.month + step, roll)
    days_before, days_after = (first - before).days, (after - last).days
    dated, maturity = before, after
    if first_kind != "regular":
        gap = draw(st.integers(1, days_before - 1)) + (first_kind == "long") * days_before
        dated = first - gap * date.resolution
    if last_kind != "regular":
        gap = draw(st.integers(1, days_after - 1)) + (last_kind == "long") * days_after
        maturity = last + gap * date.resolution
    return ScheduleTerms(
        dated_date=dated,
        maturity_date=maturity,
        freq=freq,
        roll_day=roll,
        first_coupon=None if first_kind == "regular" else first,
        last_regular_coupon=None if last_kind == "regular" else last,
    )


def quantlib_dates(terms: ScheduleTerms) -> list["ql.Date"]:
    """Return QuantLib's dates; it takes the roll from the anchor, so that has to show it."""
    anchor = terms.last_regular_coupon or terms.maturity_date
    end_of_month = terms.roll_day == ROLL_EOM
    assume(end_of_month or anchor.day == terms.roll_day)
    schedule = ql.Schedule(
        to_ql(terms.dated_date),
        to_ql(terms.maturity_date),
        ql.Period(TENOR[terms.freq], ql.Months),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Backward,
        end_of_month,
        to_ql(terms.first_coupon) if terms.first_coupon else ql.Date(),
        to_ql(terms.last_regular_coupon) if terms.last_regular_coupon else ql.Date(),
    )
    return list(schedule)


def is_regular(period: Period) -> bool:
    """Exactly one regular period long."""
    return period.quasi == (period.start, period.end)


@settings(max_examples=500)
@given(coupon_terms())
def test_quantlib_gives_the_same_dates(terms: ScheduleTerms) -> None:
    assert [to_ql(when) for when in bounds(build_schedule(terms))] == quantlib_dates(terms)


@settings(max_examples=500)
@given(coupon_terms())
def test_periods_join_and_their_regular_dates_cover_them(terms: ScheduleTerms) -> None:
    periods = build_schedule(terms)
    assert isinstance(periods, tuple)
    dates = bounds(periods)
    assert dates[0] == terms.dated_date
    assert dates[-1] == terms.maturity_date
    assert dates == sorted(dates)
    assert len(periods) <= PERIODS_MAX
    for index, period in enumerate(periods):
        assert period.start == dates[index] < period.end
        quasi = period.quasi
        assert quasi[0] <= period.start < quasi[1]
        assert quasi[-2] < period.end <= quasi[-1]
        for left, right in pairwise(quasi):
            assert month_date(left.year, left.month + TENOR[terms.freq], terms.roll_day) == right
        inner = 0 < index < len(periods) - 1
        assert is_regular(period) or not inner


@settings(max_examples=500)
@given(
    st.dates(date(1900, 1, 1), DATE_MAX),
    st.dates(date(1900, 1, 1), DATE_MAX),
    st.sampled_from(FREQUENCIES),
    st.integers(0, 32),
    st.none() | st.dates(date(1900, 1, 1), DATE_MAX),
    st.none() | st.dates(date(1900, 1, 1), DATE_MAX),
)
def test_any_terms_give_a_schedule_or_a_fault(
    dated: date, maturity: date, freq: int, roll: int, first: date | None, last: date | None
) -> None:
    terms = ScheduleTerms(
        dated_date=dated,
        maturity_date=maturity,
        freq=freq,
        roll_day=roll,
        first_coupon=first,
        last_regular_coupon=last,
    )
    result = build_schedule(terms)
    if isinstance(result, tuple):
        assert bounds(result)[0] == dated
        assert bounds(result)[-1] == maturity
        assert bounds(result) == sorted(dict.fromkeys(bounds(result)))


def terms(
    dated: str,
    maturity: str,
    freq: int = 2,
    roll: int = 15,
    first: str | None = None,
    last: str | None = None,
) -> ScheduleTerms:
    return ScheduleTerms(
        dated_date=date.fromisoformat(dated),
        maturity_date=date.fromisoformat(maturity),
        freq=freq,
        roll_day=roll,
        first_coupon=date.fromisoformat(first) if first else None,
        last_regular_coupon=date.fromisoformat(last) if last else None,
    )


@pytest.mark.parametrize(
    ("given_terms", "expected"),
    [
        (terms("2020-01-15", "2021-01-15"), ["2020-01-15", "2020-07-15", "2021-01-15"]),
        # short first, from 1 March
        (
            terms("2020-03-01", "2021-01-15", first="2020-07-15"),
            ["2020-03-01", "2020-07-15", "2021-01-15"],
        ),
        # long first: 1 March to 15 January
        (
            terms("2020-03-01", "2021-07-15", first="2021-01-15"),
            ["2020-03-01", "2021-01-15", "2021-07-15"],
        ),
        # short last
        (
            terms("2020-01-15", "2020-09-30", last="2020-07-15"),
            ["2020-01-15", "2020-07-15", "2020-09-30"],
        ),
        # both odd, one coupon between
        (
            terms("2020-03-01", "2020-09-30", first="2020-07-15", last="2020-07-15"),
            ["2020-03-01", "2020-07-15", "2020-09-30"],
        ),
        # one odd period only, counted back from the maturity
        (terms("2020-03-01", "2020-07-15", first="2020-07-15"), ["2020-03-01", "2020-07-15"]),
        # one odd period only, counted on from the dated date
        (terms("2020-01-15", "2020-09-30", last="2020-01-15"), ["2020-01-15", "2020-09-30"]),
        # the end of February does not drag 31 August down
        (
            terms("2019-08-31", "2020-08-31", roll=ROLL_EOM),
            ["2019-08-31", "2020-02-29", "2020-08-31"],
        ),
        (
            terms("2018-08-30", "2020-02-29", roll=30),
            ["2018-08-30", "2019-02-28", "2019-08-30", "2020-02-29"],
        ),
        (terms("2020-09-10", "2020-12-03", freq=0, roll=0), ["2020-09-10", "2020-12-03"]),
    ],
)
def test_dates_by_hand(given_terms: ScheduleTerms, expected: list[str]) -> None:
    assert [when.isoformat() for when in bounds(build_schedule(given_terms))] == expected


FAULTS = [
    (terms("2020-01-15", "2021-01-15", freq=3), ScheduleFault.BAD_FREQUENCY),
    (terms("2020-01-15", "2021-01-15", freq=-2), ScheduleFault.BAD_FREQUENCY),
    (terms("2020-01-15", "2021-01-15", roll=0), ScheduleFault.BAD_ROLL_DAY),
    (terms("2020-01-15", "2021-01-15", roll=32), ScheduleFault.BAD_ROLL_DAY),
    (terms("1899-12-31", "1930-01-15"), ScheduleFault.DATE_OUT_OF_RANGE),
    (terms("2190-01-15", "2200-01-15"), ScheduleFault.DATE_OUT_OF_RANGE),
    (terms("2021-01-15", "2021-01-15"), ScheduleFault.NOT_ASCENDING),
    (terms("2021-01-15", "2020-01-15"), ScheduleFault.NOT_ASCENDING),
    (terms("2020-01-15", "2021-01-15", first="2020-01-15"), ScheduleFault.NOT_ASCENDING),
    (terms("2020-01-15", "2021-01-15", first="2021-07-15"), ScheduleFault.NOT_ASCENDING),
    (terms("2020-01-15", "2021-01-15", last="2021-01-15"), ScheduleFault.NOT_ASCENDING),
    (terms("2020-07-15", "2021-01-15", last="2020-01-15"), ScheduleFault.NOT_ASCENDING),
    (
        terms("2020-01-15", "2022-01-15", first="2021-07-15", last="2021-01-15"),
        ScheduleFault.NOT_ASCENDING,
    ),
    (terms("1950-01-15", "2060-01-15", freq=12), ScheduleFault.TOO_MANY_PERIODS),
    (
        terms("2020-01-15", "2021-01-15", freq=0, first="2020-07-15"),
        ScheduleFault.STUB_WITHOUT_COUPON,
    ),
    (terms("2020-01-15", "2021-01-20"), ScheduleFault.LAST_STUB_AMBIGUOUS),
    (terms("2020-01-20", "2021-01-15"), ScheduleFault.FIRST_STUB_AMBIGUOUS),
    (terms("2020-02-15", "2021-01-15"), ScheduleFault.FIRST_STUB_AMBIGUOUS),
    (terms("2020-01-20", "2021-01-15", first="2020-07-16"), ScheduleFault.OFF_ROLL),
    (terms("2020-01-20", "2021-01-15", first="2020-06-15"), ScheduleFault.OFF_ROLL),
    (terms("2020-01-15", "2021-01-20", last="2020-07-16"), ScheduleFault.OFF_ROLL),
]


@pytest.mark.parametrize(("bad", "fault"), FAULTS)
def test_each_fault(bad: ScheduleTerms, fault: ScheduleFault) -> None:
    assert build_schedule(bad) is fault


def test_every_fault_has_a_case() -> None:
    assert {fault for _, fault in FAULTS} == set(ScheduleFault)


def test_a_hundred_years_of_months_is_the_limit() -> None:
    longest = build_schedule(terms("1950-01-15", "2049-01-15", freq=12))
    assert isinstance(longest, tuple)
    assert len(longest) == 99 * 12 <= PERIODS_MAX


@settings(max_examples=200)
@given(
    coupon_terms(),
    st.sampled_from(
        [
            (BusinessDayConvention.FOLLOWING, ql.Following),
            (BusinessDayConvention.MODFOLLOWING, ql.ModifiedFollowing),
            (BusinessDayConvention.PRECEDING, ql.Preceding),
        ]
    ),
)
def test_adjusted_dates_as_quantlib(
    drawn: ScheduleTerms, convention: tuple[BusinessDayConvention, int]
) -> None:
    ours, theirs = convention
    periods = build_schedule(drawn)
    assert isinstance(periods, tuple)
    weekends = ql.WeekendsOnly()
    expected = [weekends.adjust(when, theirs) for when in quantlib_dates(drawn)]
    assert [to_ql(adjust(PLAIN, period.end, ours)) for period in periods] == expected[1:]
    moved = tuple(adjust_period(period, PLAIN, ours) for period in periods)
    assert [to_ql(when) for when in bounds(moved)] == expected
    for before, after in zip(periods, moved, strict=True):
        assert is_regular(after) or not is_regular(before)
        assert after.quasi == tuple(adjust(PLAIN, when, ours) for when in before.quasi)


def test_a_coupon_date_belongs_to_the_period_that_it_starts() -> None:
    periods = build_schedule(terms("2020-01-15", "2021-01-15"))
    assert isinstance(periods, tuple)
    answers = {
        "2020-01-14": None,
        "2020-01-15": 0,
        "2020-07-14": 0,
        "2020-07-15": 1,
        "2021-01-14": 1,
        "2021-01-15": None,
    }
    for when, expected in answers.items():
        assert period_at(periods, date.fromisoformat(when)) == expected


@given(st.integers(1990, 2060), st.integers(-50, 50), st.integers(1, 31))
def test_month_date_is_that_of_quantlib(year: int, month: int, roll: int) -> None:
    expected = ql.Date(1, 1, year) + ql.Period(month - 1, ql.Months)
    last = ql.Date.endOfMonth(expected).dayOfMonth()
    wanted = ql.Date(min(roll, last), expected.month(), expected.year())
    assert to_ql(month_date(year, month, roll)) == wanted


def test_terms_are_an_array_on_the_wire() -> None:
    original = terms("2020-03-01", "2021-01-15", first="2020-07-15")
    encoded = msgspec.msgpack.encode(original)
    assert msgspec.msgpack.decode(encoded) == [
        "2020-03-01",
        "2021-01-15",
        2,
        15,
        "2020-07-15",
        None,
    ]
    assert msgspec.msgpack.decode(encoded, type=ScheduleTerms) == original
