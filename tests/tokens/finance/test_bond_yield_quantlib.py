"""Price and yield of generated bonds against QuantLib."""

from datetime import date
from decimal import Decimal

import QuantLib as ql  # noqa: N813  its own documentation calls it so
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.tokens.finance.test_bond_yield import basis_of
from tests.tokens.finance.test_schedule import TENOR, coupon_terms, terms, to_ql
from tokens.finance.bond_yield import clean_price, yield_to_maturity
from tokens.finance.daycount import DayCount
from tokens.finance.schedule import ScheduleTerms
from tokens.finance.yield_basis import Compounding, LastPeriod

FREQUENCY = {
    Compounding.ANNUAL: ql.Annual,
    Compounding.SEMI: ql.Semiannual,
    Compounding.QUARTERLY: ql.Quarterly,
}
COUNTERS = {
    DayCount.ACT_365F: ql.Actual365Fixed(),
    DayCount.ACT_360: ql.Actual360(),
    DayCount.ACT_ACT_ISDA: ql.ActualActual(ql.ActualActual.ISDA),
    DayCount.THIRTY_E_360: ql.Thirty360(ql.Thirty360.EurobondBasis),
}


def quantlib_schedule(some: ScheduleTerms) -> "ql.Schedule":
    assume(some.roll_day == 31 or some.maturity_date.day == some.roll_day)
    return ql.Schedule(
        to_ql(some.dated_date),
        to_ql(some.maturity_date),
        ql.Period(TENOR[some.freq], ql.Months),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Backward,
        some.roll_day == 31,
        to_ql(some.first_coupon) if some.first_coupon else ql.Date(),
        ql.Date(),
    )


@settings(max_examples=400)
@given(
    coupon_terms(),
    st.integers(0, 200_000),
    st.integers(0, 10**6),
    st.integers(-50, 4_000),
    st.sampled_from(sorted(FREQUENCY)),
    st.sampled_from(sorted(DayCount)),
)
def test_price_and_yield_as_quantlib(
    some: ScheduleTerms,
    rate_e6: int,
    place: int,
    yield_bps: int,
    compounding: Compounding,
    convention: DayCount,
) -> None:
    """Regular bonds, and with a day count that needs no reference period also short first ones."""
    assume(some.last_regular_coupon is None and convention is not DayCount.ACT_ACT_AFB)
    assume(convention is not DayCount.THIRTY_360)
    assume(some.first_coupon is None or convention is not DayCount.ACT_ACT_ICMA)
    schedule = quantlib_schedule(some)
    life = (some.maturity_date - some.dated_date).days
    settlement = some.dated_date + (place % life) * date.resolution
    counter = COUNTERS.get(convention) or ql.ActualActual(ql.ActualActual.ISMA, schedule)
    bond = ql.FixedRateBond(0, 100.0, schedule, [rate_e6 / 1e6], counter)
    arguments = (counter, ql.Compounded, FREQUENCY[compounding])
    theirs = ql.BondFunctions.cleanPrice(bond, yield_bps / 1e4, *arguments, to_ql(settlement))
    basis = basis_of(some, settlement, rate_e6, convention=convention, compounding=compounding)
    annual = Decimal(yield_bps).scaleb(-4)
    ours = clean_price(basis, annual)
    assert abs(float(ours) - theirs) < 1e-8 * max(1.0, abs(theirs))
    back = yield_to_maturity(basis, ours)
    assert abs(back - annual) < Decimal("1e-20")


@settings(max_examples=300)
@given(
    st.integers(0, 200_000),
    st.integers(0, 10**6),
    st.integers(50_000, 150_000),
    coupon_terms(),
)
def test_yield_from_price_as_quantlib(
    rate_e6: int, place: int, price_e3: int, some: ScheduleTerms
) -> None:
    assume(some.first_coupon is None and some.last_regular_coupon is None)
    schedule = quantlib_schedule(some)
    life = (some.maturity_date - some.dated_date).days
    settlement = some.dated_date + (place % max(1, life - 30)) * date.resolution
    counter = ql.ActualActual(ql.ActualActual.ISMA, schedule)
    bond = ql.FixedRateBond(0, 100.0, schedule, [rate_e6 / 1e6], counter)
    price = ql.BondPrice(price_e3 / 1e3, ql.BondPrice.Clean)
    basis = basis_of(some, settlement, rate_e6)
    quoted = Decimal(price_e3).scaleb(-3)
    assume(clean_price(basis, Decimal(2)) < quoted < clean_price(basis, Decimal("-0.5")))
    ours = yield_to_maturity(basis, quoted)
    theirs = ql.BondFunctions.bondYield(
        bond, price, counter, ql.Compounded, ql.Semiannual, to_ql(settlement), 1e-13, 1_000
    )
    assert abs(float(ours) - theirs) < 1e-9


@settings(max_examples=100)
@given(st.integers(1, 200_000), st.integers(0, 180), st.integers(0, 5_000))
def test_a_last_period_in_simple_interest_as_quantlib(
    rate_e6: int, offset: int, yield_bps: int
) -> None:
    some = terms("2020-08-20", "2023-08-20", roll=20)
    settlement = date(2023, 2, 20) + offset * date.resolution
    schedule = quantlib_schedule(some)
    counter = ql.ActualActual(ql.ActualActual.ISMA, schedule)
    bond = ql.FixedRateBond(0, 100.0, schedule, [rate_e6 / 1e6], counter)
    arguments = (counter, ql.Simple, ql.Annual, to_ql(settlement))
    theirs = ql.BondFunctions.cleanPrice(bond, yield_bps / 1e4, *arguments)
    basis = basis_of(some, settlement, rate_e6, last_period=LastPeriod.SIMPLE)
    assert abs(float(clean_price(basis, Decimal(yield_bps).scaleb(-4))) - theirs) < 1e-9
