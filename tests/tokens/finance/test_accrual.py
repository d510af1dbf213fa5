"""Coupons and accrued interest: exact fractions as the oracle, QuantLib on generated bonds."""

from bisect import bisect_right
from collections import Counter
from datetime import date
from fractions import Fraction

import pytest
import QuantLib as ql  # noqa: N813  its own documentation calls it so
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.tokens.finance.test_schedule import TENOR, coupon_terms, terms, to_ql
from tests.tokens.finance.vectors import day, load, scaled, table
from tokens.amount import AMOUNT_MAX, AmountOverflow, mul_div_floor
from tokens.finance.accrual import (
    FACTOR_ONE_E6,
    accrued_amount_half_up,
    accrued_fraction,
    coupon_amount_floor,
    coupon_fraction,
    ex_coupon_accrued_half_up,
    pool_factor_e6,
    remaining_fraction,
)
from tokens.finance.auction_math import consideration_half_up
from tokens.finance.daycount import DayCount
from tokens.finance.schedule import Period, ScheduleTerms, build_schedule, period_at

DENOMINATION_MINOR = 100_000 * 100
"""PKR 100,000 in paisa: the denomination of a Pakistan Investment Bond."""

rates = st.integers(0, 400_000)
fractions = st.tuples(st.integers(0, 5_000), st.integers(1, 5_000))
factors = st.integers(0, FACTOR_ONE_E6)
faces = st.integers(0, 10**16)

COUNTERS = {
    DayCount.ACT_365F: ql.Actual365Fixed(),
    DayCount.ACT_360: ql.Actual360(),
    DayCount.ACT_ACT_ISDA: ql.ActualActual(ql.ActualActual.ISDA),
    DayCount.THIRTY_360: ql.Thirty360(ql.Thirty360.BondBasis),
    DayCount.THIRTY_E_360: ql.Thirty360(ql.Thirty360.EurobondBasis),
}


def periods_of(some: ScheduleTerms) -> tuple[Period, ...]:
    result = build_schedule(some)
    assert isinstance(result, tuple), result
    return result


def exact(quantity: int, rate_e6: int, fraction: tuple[int, int], factor_e6: int) -> Fraction:
    rate = Fraction(rate_e6, 10**6) * Fraction(factor_e6, 10**6)
    return quantity * rate * Fraction(*fraction)


@given(faces, rates, fractions, factors)
@example(3, 500_000, (1, 3), FACTOR_ONE_E6)
def test_one_rounding_of_the_exact_rational(
    quantity: int, rate: int, fraction: tuple[int, int], factor: int
) -> None:
    value = exact(quantity, rate, fraction, factor)
    assume(value < AMOUNT_MAX)
    down = coupon_amount_floor(quantity, rate, fraction, factor)
    near = accrued_amount_half_up(quantity, rate, fraction, factor)
    assert down <= value < down + 1
    assert near - Fraction(1, 2) <= value < near + Fraction(1, 2)
    assert ex_coupon_accrued_half_up(quantity, rate, fraction, factor) == -near


@given(st.lists(faces, min_size=1, max_size=20), rates, fractions, factors)
def test_residual_is_smaller_than_the_number_of_holders(
    holders: list[int], rate: int, fraction: tuple[int, int], factor: int
) -> None:
    assume(exact(sum(holders), rate, fraction, factor) < AMOUNT_MAX)
    required = coupon_amount_floor(sum(holders), rate, fraction, factor)
    paid = sum(coupon_amount_floor(each, rate, fraction, factor) for each in holders)
    assert 0 <= required - paid < len(holders)


@given(st.integers(1, 1_000_000), rates)
def test_semi_annual_coupon_of_a_pib_is_always_whole(units: int, rate_e6: int) -> None:
    """100,000 rupees at a rate of c_e6 pay c_e6 x 5 paisa each half-year, without a fraction."""
    amount = coupon_amount_floor(units * DENOMINATION_MINOR, rate_e6, (1, 2))
    assert amount == units * rate_e6 * 5
    assert amount == exact(units * DENOMINATION_MINOR, rate_e6, (1, 2), FACTOR_ONE_E6)


def test_quarterly_coupon_of_a_pib_is_not_always_whole() -> None:
    assert exact(DENOMINATION_MINOR, 70_001, (1, 4), FACTOR_ONE_E6).denominator == 2


def test_published_accrued_interest_and_amounts_of_2021() -> None:
    sheet = load("sbp_auctions.json")["bond"]
    assert isinstance(sheet, dict)
    half_years = periods_of(terms("2020-08-20", "2023-08-20", roll=20))
    period = half_years[1]
    assert (period.end - period.start).days == sheet["days_in_period"]
    settlement = day(str(sheet["settlement"]))
    fraction = accrued_fraction(period, DayCount.ACT_ACT_ICMA, 2, settlement)
    assert Fraction(*fraction) == Fraction(int(sheet["accrued_days"]), 2 * 181)
    for row in table(sheet):
        face = scaled(row["face_mn"], 8)
        accrued = accrued_amount_half_up(face, 70_000, fraction)
        clean = consideration_half_up(face, scaled(row["clean_price"], 4))
        assert (accrued + 50_000) // 100_000 == scaled(row["accrued_mn"], 3)
        assert (clean + 50_000) // 100_000 == scaled(row["clean_realized_mn"], 3)
        assert (clean + accrued + 50_000) // 100_000 == scaled(row["total_mn"], 3)


PUBLISHED = load("sbp_published_results.json")


@pytest.mark.parametrize("row", table(PUBLISHED["accrued_totals"]), ids=lambda row: row["accrued"])
def test_published_accrued_interest_of_2012_and_2013(row: dict[str, str]) -> None:
    issue = day(row["issue"])
    bond = terms(row["issue"], f"{issue.year + 3}-07-19", roll=19)
    periods = periods_of(bond)
    settlement = day(row["settlement"])
    index = period_at(periods, settlement)
    assert index is not None
    fraction = accrued_fraction(periods[index], DayCount.ACT_365F, 2, settlement)
    face = scaled(row["face"], 8)
    accrued = accrued_amount_half_up(face, scaled(row["coupon_pct"], 4), fraction)
    assert (accrued + 50_000) // 100_000 == scaled(row["accrued"], 3)


def quantlib_bond(some: ScheduleTerms, rate_e6: int, counter: object) -> "ql.FixedRateBond":
    """Return QuantLib's bond on the very same dates, its odd periods with reference dates."""
    schedule = quantlib_schedule(some)
    return ql.FixedRateBond(0, 100.0, schedule, [rate_e6 / 1e6], counter or icma(schedule))


def quantlib_schedule(some: ScheduleTerms) -> "ql.Schedule":
    anchor = some.last_regular_coupon or some.maturity_date
    end_of_month = some.roll_day == 31
    assume(end_of_month or anchor.day == some.roll_day)
    return ql.Schedule(
        to_ql(some.dated_date),
        to_ql(some.maturity_date),
        ql.Period(TENOR[some.freq], ql.Months),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Backward,
        end_of_month,
        to_ql(some.first_coupon) if some.first_coupon else ql.Date(),
        to_ql(some.last_regular_coupon) if some.last_regular_coupon else ql.Date(),
    )


def icma(schedule: "ql.Schedule") -> "ql.ActualActual":
    return ql.ActualActual(ql.ActualActual.ISMA, schedule)


@settings(max_examples=400)
@given(
    coupon_terms(),
    st.integers(1, 200_000),
    st.integers(0, 10**6),
    st.sampled_from(sorted(COUNTERS)),
)
def test_accrued_interest_as_quantlib(
    some: ScheduleTerms, rate_e6: int, place: int, convention: DayCount
) -> None:
    life = (some.maturity_date - some.dated_date).days
    settlement = some.dated_date + (place % life) * date.resolution
    bond = quantlib_bond(some, rate_e6, COUNTERS[convention])
    periods = periods_of(some)
    index = period_at(periods, settlement)
    assert index is not None
    fraction = accrued_fraction(periods[index], convention, some.freq, settlement)
    ours = float(100 * Fraction(rate_e6, 10**6) * Fraction(*fraction))
    assert abs(ours - bond.accruedAmount(to_ql(settlement))) < 1e-9


@settings(max_examples=400)
@given(coupon_terms(), st.integers(1, 200_000), st.integers(0, 10**6))
def test_icma_coupons_and_accrued_interest_as_quantlib(
    some: ScheduleTerms, rate_e6: int, place: int
) -> None:
    """With the schedule given to its day counter QuantLib sums odd periods over regular ones.

    It guesses the frequency from the dates, wrongly where both ends are odd, counts the regular
    periods of an odd one from its neighbour and not on the roll, and knows at most two of them
    (docs/conformance.md). The rest is tested day by day below.
    """
    assume(some.first_coupon is None or some.last_regular_coupon is None)
    odd = some.first_coupon is not None or some.last_regular_coupon is not None
    assume(not odd or some.roll_day <= 28)
    schedule = quantlib_schedule(some)
    bond = ql.FixedRateBond(0, 100.0, schedule, [rate_e6 / 1e6], icma(schedule))
    periods = periods_of(some)
    assume(all(len(period.quasi) <= 3 for period in periods))
    flows = [ql.as_fixed_rate_coupon(flow) for flow in bond.cashflows()][:-1]
    assert len(flows) == len(periods)
    for period, flow in zip(periods, flows, strict=True):
        whole = coupon_fraction(period, DayCount.ACT_ACT_ICMA, some.freq)
        ours = float(100 * Fraction(rate_e6, 10**6) * Fraction(*whole))
        assert abs(ours - flow.amount()) < 1e-9
    life = (some.maturity_date - some.dated_date).days
    settlement = some.dated_date + (place % life) * date.resolution
    index = period_at(periods, settlement)
    assert index is not None
    fraction = accrued_fraction(periods[index], DayCount.ACT_ACT_ICMA, some.freq, settlement)
    accrued = float(100 * Fraction(rate_e6, 10**6) * Fraction(*fraction))
    assert abs(accrued - bond.accruedAmount(to_ql(settlement))) < 1e-9


@given(coupon_terms())
def test_icma_odd_coupons_day_by_day(some: ScheduleTerms) -> None:
    """Each day earns one over (coupons a year x days of the regular period that it falls in)."""
    for period in (periods_of(some)[0], periods_of(some)[-1]):
        days = Counter(bisect_right(period.quasi, when) for when in days_of(period))
        earned = sum(
            Fraction(count, some.freq * (period.quasi[n] - period.quasi[n - 1]).days)
            for n, count in days.items()
        )
        assert Fraction(*coupon_fraction(period, DayCount.ACT_ACT_ICMA, some.freq)) == earned


def days_of(period: Period) -> list[date]:
    count = (period.end - period.start).days
    return [period.start + n * date.resolution for n in range(count)]


@given(coupon_terms(), st.integers(0, 10**6))
def test_icma_accrued_and_remaining_make_the_coupon(some: ScheduleTerms, place: int) -> None:
    life = (some.maturity_date - some.dated_date).days
    settlement = some.dated_date + (place % life) * date.resolution
    periods = periods_of(some)
    index = period_at(periods, settlement)
    assert index is not None
    arguments = (periods[index], DayCount.ACT_ACT_ICMA, some.freq)
    run = Fraction(*accrued_fraction(*arguments, settlement))
    left = Fraction(*remaining_fraction(*arguments, settlement))
    assert run + left == Fraction(*coupon_fraction(*arguments))


def test_ex_coupon_interest_is_negative_and_ends_at_zero() -> None:
    period = periods_of(terms("2020-08-20", "2023-08-20", roll=20))[1]
    left = remaining_fraction(period, DayCount.ACT_ACT_ICMA, 2, date(2021, 8, 17))
    assert Fraction(*left) == Fraction(3, 2 * 181)
    assert ex_coupon_accrued_half_up(DENOMINATION_MINOR, 70_000, left) == -5_801
    end = remaining_fraction(period, DayCount.ACT_ACT_ICMA, 2, period.end)
    assert ex_coupon_accrued_half_up(DENOMINATION_MINOR, 70_000, end) == 0


def test_floater_whose_maturity_is_a_sunday_accrues_on_its_own_calendar() -> None:
    """Section 5.3: PFL of 18 June 2023, paid on the 19th, on 13 August 2020: 56 of 183 days."""
    period = periods_of(terms("2020-06-18", "2023-06-18", roll=18))[0]
    run = accrued_fraction(period, DayCount.ACT_ACT_ICMA, 2, date(2020, 8, 13))
    assert Fraction(*run) == Fraction(56, 2 * 183)


@pytest.mark.parametrize("settlement", [date(2020, 6, 17), date(2020, 12, 19)])
def test_settlement_outside_of_the_period_is_refused(settlement: date) -> None:
    period = periods_of(terms("2020-06-18", "2023-06-18", roll=18))[0]
    with pytest.raises(ValueError, match="outside of"):
        accrued_fraction(period, DayCount.ACT_365F, 2, settlement)
    with pytest.raises(ValueError, match="outside of"):
        remaining_fraction(period, DayCount.ACT_365F, 2, settlement)


def test_pool_factor_scales_each_formula() -> None:
    repayments = [(date(2021, 1, 15), 250_000), (date(2022, 1, 15), 250_000)]
    assert pool_factor_e6(repayments, date(2021, 1, 14)) == FACTOR_ONE_E6
    assert pool_factor_e6(repayments, date(2021, 1, 15)) == 750_000
    assert pool_factor_e6(repayments, date(2030, 1, 1)) == 500_000
    whole = coupon_amount_floor(DENOMINATION_MINOR, 70_000, (1, 2))
    assert coupon_amount_floor(DENOMINATION_MINOR, 70_000, (1, 2), 750_000) == whole * 3 // 4


@given(st.lists(faces, min_size=1, max_size=20), factors)
def test_principal_repaid_never_exceeds_what_is_required(holders: list[int], part: int) -> None:
    required = mul_div_floor(sum(holders), part, FACTOR_ONE_E6)
    paid = sum(mul_div_floor(each, part, FACTOR_ONE_E6) for each in holders)
    assert 0 <= required - paid < len(holders)


def test_a_coupon_above_an_amount_is_refused() -> None:
    with pytest.raises(AmountOverflow):
        coupon_amount_floor(AMOUNT_MAX, 1_000_001, (1, 1))
