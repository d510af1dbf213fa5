"""Day counts: the ISDA memo, QuantLib on generated dates, and laws that a convention must obey."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
import QuantLib as ql  # noqa: N813  its own documentation calls it so
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tokens.finance.vectors import day, load, table
from tokens.finance.daycount import DayCount, add_fractions, is_leap, year_fraction
from tokens.finance.schedule import month_date, regular_dates

DAY_COUNT_NAMES = {
    DayCount.ACT_365F: "ACT/365F",
    DayCount.ACT_360: "ACT/360",
    DayCount.ACT_ACT_ICMA: "ACT/ACT ICMA",
    DayCount.ACT_ACT_ISDA: "ACT/ACT ISDA",
    DayCount.ACT_ACT_AFB: "ACT/ACT AFB",
    DayCount.THIRTY_360: "30/360",
    DayCount.THIRTY_E_360: "30E/360",
}
"""What people write."""

BY_NAME = {name: convention for convention, name in DAY_COUNT_NAMES.items()}

ORACLES = {
    DayCount.ACT_365F: ql.Actual365Fixed(),
    DayCount.ACT_360: ql.Actual360(),
    DayCount.ACT_ACT_ISDA: ql.ActualActual(ql.ActualActual.ISDA),
    DayCount.ACT_ACT_AFB: ql.ActualActual(ql.ActualActual.AFB),
    DayCount.THIRTY_360: ql.Thirty360(ql.Thirty360.BondBasis),
    DayCount.THIRTY_E_360: ql.Thirty360(ql.Thirty360.EurobondBasis),
}

dates = st.dates(date(1905, 1, 1), date(2190, 12, 31))
leap_edges = st.builds(
    lambda year, month_day: month_date(year, month_day[0], month_day[1]),
    st.integers(1905, 2190),
    st.sampled_from([(1, 31), (2, 27), (2, 28), (2, 29), (3, 1), (3, 31), (12, 30), (12, 31)]),
)
any_date = st.one_of(dates, leap_edges)


def to_ql(when: date) -> "ql.Date":
    return ql.Date(when.day, when.month, when.year)


def exact(fraction: tuple[int, int]) -> Fraction:
    return Fraction(*fraction)


@pytest.mark.parametrize(
    "row", table(load("daycount_isda_memo.json")), ids=lambda r: r["convention"]
)
def test_isda_memo(row: dict[str, str]) -> None:
    quasi = [day(row[key]) for key in ("reference_start", "reference_end") if row[key]]
    numerator, denominator = year_fraction(
        BY_NAME[row["convention"]],
        day(row["start"]),
        day(row["end"]),
        freq=int(row["freq"] or 0),
        quasi=quasi,
    )
    digits = len(row["year_fraction"].partition(".")[2])
    nearest = (2 * numerator * 10**digits + denominator) // (2 * denominator)
    assert nearest == int(row["year_fraction"].replace(".", ""))


@settings(max_examples=400)
@given(st.sampled_from(sorted(ORACLES)), any_date, any_date)
@example(DayCount.ACT_ACT_AFB, date(2004, 2, 28), date(2008, 2, 29))
@example(DayCount.ACT_ACT_AFB, date(2000, 2, 29), date(2004, 2, 28))
@example(DayCount.THIRTY_360, date(2006, 1, 30), date(2006, 3, 31))
@example(DayCount.THIRTY_360, date(2006, 1, 29), date(2006, 3, 31))
def test_quantlib_gives_the_same_fraction(convention: DayCount, one: date, other: date) -> None:
    start, end = min(one, other), max(one, other)
    expected = ORACLES[convention].yearFraction(to_ql(start), to_ql(end))
    numerator, denominator = year_fraction(convention, start, end)
    assert denominator > 0
    assert abs(numerator / denominator - expected) < 1e-12 * max(1.0, expected)


@settings(max_examples=300)
@given(
    st.sampled_from([1, 2, 4, 12]),
    any_date,
    st.integers(1, 31),
    st.integers(0, 800),
    st.integers(1, 800),
)
def test_icma_agrees_with_quantlib_on_odd_periods(
    freq: int, anchor: date, roll: int, offset: int, length: int
) -> None:
    """QuantLib is asked for the part of the span in each regular period."""
    anchor = month_date(anchor.year, anchor.month, roll)
    start = anchor + timedelta(days=offset)
    end = start + timedelta(days=length)
    if end > date(2190, 1, 1):
        return
    quasi = regular_dates(anchor, freq, roll, (start, end))
    counter = ql.ActualActual(ql.ActualActual.ISMA)
    theirs = sum(
        counter.yearFraction(
            to_ql(max(start, left)), to_ql(min(end, right)), to_ql(left), to_ql(right)
        )
        for left, right in pairwise(quasi)
        if min(end, right) > max(start, left)
    )
    ours = exact(year_fraction(DayCount.ACT_ACT_ICMA, start, end, freq=freq, quasi=quasi))
    assert abs(float(ours) - theirs) < 1e-12


@given(
    st.sampled_from([DayCount.ACT_365F, DayCount.ACT_360, DayCount.ACT_ACT_ISDA]),
    st.lists(any_date, min_size=3, max_size=3),
)
def test_conventions_of_actual_days_are_additive(convention: DayCount, three: list[date]) -> None:
    start, middle, end = sorted(three)
    parts = add_fractions(
        year_fraction(convention, start, middle), year_fraction(convention, middle, end)
    )
    assert exact(parts) == exact(year_fraction(convention, start, end))


@given(st.integers(1902, 2190), st.sampled_from([1, 2, 4, 12]), st.integers(1, 31))
def test_icma_makes_regular_periods_equal(year: int, freq: int, roll: int) -> None:
    start = month_date(year, 1, roll)
    end = month_date(year, 1 + 12 // freq, roll)
    fraction = year_fraction(DayCount.ACT_ACT_ICMA, start, end, freq=freq, quasi=(start, end))
    assert fraction == (1, freq)


@given(st.sampled_from(sorted(ORACLES)), any_date)
def test_no_days_are_no_time(convention: DayCount, when: date) -> None:
    assert year_fraction(convention, when, when) == (0, 1)


def test_fractions_are_in_lowest_terms() -> None:
    assert year_fraction(DayCount.ACT_360, date(2021, 1, 1), date(2021, 4, 1)) == (1, 4)


@pytest.mark.parametrize("convention", list(DayCount))
def test_an_end_before_the_start_is_refused(convention: DayCount) -> None:
    with pytest.raises(ValueError, match="before it starts"):
        year_fraction(convention, date(2021, 1, 2), date(2021, 1, 1))


@pytest.mark.parametrize(
    ("freq", "quasi"),
    [
        (0, (date(2021, 1, 1), date(2021, 7, 1))),
        (2, ()),
        (2, (date(2021, 1, 1),)),
        (2, (date(2021, 2, 2), date(2021, 7, 1))),
        (2, (date(2021, 1, 1), date(2021, 3, 1))),
        (2, (date(2021, 1, 1), date(2021, 7, 1), date(2021, 5, 1), date(2021, 8, 1))),
    ],
)
def test_icma_without_fitting_coupon_dates_is_refused(freq: int, quasi: tuple[date, ...]) -> None:
    start, end = date(2021, 2, 1), date(2021, 4, 1)
    with pytest.raises(ValueError, match="coupon dates"):
        year_fraction(DayCount.ACT_ACT_ICMA, start, end, freq=freq, quasi=quasi)


def test_leap_years() -> None:
    assert [year for year in (1900, 2000, 2023, 2024, 2100) if is_leap(year)] == [2000, 2024]


def test_each_convention_has_a_name_and_its_wire_number() -> None:
    assert {int(convention): DAY_COUNT_NAMES[convention] for convention in DayCount} == {
        1: "ACT/365F",
        2: "ACT/360",
        3: "ACT/ACT ICMA",
        4: "ACT/ACT ISDA",
        5: "ACT/ACT AFB",
        6: "30/360",
        7: "30E/360",
    }
