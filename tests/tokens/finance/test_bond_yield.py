"""Price and yield: published sheets to the last digit, and laws that any bond obeys."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.tokens.finance.test_schedule import coupon_terms, terms
from tests.tokens.finance.vectors import day, load, scaled, table, weighted_mean
from tokens.finance.bond_yield import (
    YieldOutOfRange,
    clean_price,
    decimal_text,
    percent_text,
    yield_to_maturity,
)
from tokens.finance.calendar import WEEKEND_SATURDAY_SUNDAY, BusinessDayConvention, Calendar
from tokens.finance.daycount import DayCount
from tokens.finance.schedule import ScheduleFault, ScheduleTerms
from tokens.finance.yield_basis import (
    Compounding,
    LastPeriod,
    YieldBasis,
    adjusted_yield_terms,
    yield_basis,
)

PAKISTAN = Calendar(id="PK", version=1, weekend_mask=WEEKEND_SATURDAY_SUNDAY, holidays=())


def basis_of(
    some: ScheduleTerms,
    settlement: date,
    rate_e6: int,
    *,
    convention: DayCount = DayCount.ACT_ACT_ICMA,
    compounding: Compounding = Compounding.SEMI,
    last_period: LastPeriod = LastPeriod.COMPOUND,
    ex_coupon: bool = False,
) -> YieldBasis:
    basis = yield_basis(
        some,
        settlement,
        coupon_rate_e6=rate_e6,
        convention=convention,
        compounding=compounding,
        last_period=last_period,
        ex_coupon=ex_coupon,
    )
    assert isinstance(basis, YieldBasis), basis
    return basis


# --- published -----------------------------------------------------------------------------------

SHEET = load("sbp_auctions.json")["bond"]
ROWS = table(SHEET)
SHEET_BASIS = basis_of(terms("2020-08-20", "2023-08-20", roll=20), date(2021, 3, 4), 70_000)
RESULTS = load("sbp_published_results.json")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['face_mn']}@{row['clean_price']}")
def test_published_yield_of_each_bid_of_2021(row: dict[str, str]) -> None:
    annual = yield_to_maturity(SHEET_BASIS, Decimal(row["clean_price"]))
    assert percent_text(annual) == row["ytm_pct_semiannual"]


def test_published_running_average_of_2021_needs_unrounded_yields() -> None:
    unrounded: list[tuple[int, Decimal]] = []
    rounded: list[tuple[int, Decimal]] = []
    misses = 0
    assert len(ROWS) == 14
    for row in ROWS:
        face = scaled(row["face_mn"], 8)
        annual = yield_to_maturity(SHEET_BASIS, Decimal(row["clean_price"]))
        unrounded.append((face, annual))
        rounded.append((face, Decimal(percent_text(annual)).scaleb(-2)))
        assert percent_text(weighted_mean(unrounded)) == row["running_WAY_pct_face_weighted"]
        average = percent_text(weighted_mean(rounded))
        misses += average != row["running_WAY_pct_face_weighted"]
    assert misses == 1


@pytest.mark.parametrize("row", table(RESULTS["fixed"]), ids=lambda row: row["yield_pct"])
def test_published_cut_off_yields_of_2012_and_2025(row: dict[str, str]) -> None:
    """In 2012 interest accrued on ACT/365, and still the yield is ACT/ACT ICMA throughout."""
    bond = terms(row["issue"], row["maturity"], roll=day(row["maturity"]).day)
    basis = basis_of(bond, day(row["settlement"]), scaled(row["coupon_pct"], 4))
    annual = yield_to_maturity(basis, Decimal(row["clean_price"]))
    assert percent_text(annual) == row["yield_pct"]


@pytest.mark.parametrize("row", table(RESULTS["zero"]), ids=lambda row: row["yield_pct"])
def test_published_cut_off_yield_of_a_zero_coupon_bond(row: dict[str, str]) -> None:
    bond = terms("2025-07-17", row["maturity"], freq=0, roll=0)
    basis = basis_of(bond, day(row["settlement"]), 0, compounding=Compounding.ANNUAL)
    annual = yield_to_maturity(basis, Decimal(row["price"]))
    assert percent_text(annual) == row["yield_pct"]
    assert decimal_text(clean_price(basis, annual), 4) == row["price"]


def test_bill_is_simple_interest_on_365_days() -> None:
    bill = load("sbp_auctions.json")["bill"]
    basis = basis_of(
        terms("2020-09-10", "2020-12-03", freq=0, roll=0),
        date(2020, 9, 10),
        0,
        convention=DayCount.ACT_365F,
        compounding=Compounding.SIMPLE,
    )
    for row in table(bill):
        annual = yield_to_maturity(basis, Decimal(row["price_per_100"]))
        assert percent_text(annual) == row["yield_pct"]


def test_floater_whose_maturity_is_a_sunday_counts_back_from_monday() -> None:
    """Section 5.3: 128 of 183 days are left in the yield where 56 of 183 have accrued."""
    bond = terms("2020-06-18", "2023-06-18", roll=18)
    moved = adjusted_yield_terms(bond, PAKISTAN, BusinessDayConvention.FOLLOWING)
    assert moved.maturity_date == date(2023, 6, 19)
    basis = basis_of(moved, date(2020, 8, 13), 70_000)
    assert Fraction(*basis.flows[0].wait) == Fraction(128, 2 * 183)
    assert Fraction(*basis.accrued) == Fraction(7 * 55, 2 * 183)
    assert len(basis.flows) == 6


def test_first_settlement_may_precede_the_moved_schedule() -> None:
    """On its issue date the bond has all of its coupons, nothing accrued and a day more to wait."""
    bond = terms("2020-06-18", "2023-06-18", roll=18)
    moved = adjusted_yield_terms(bond, PAKISTAN, BusinessDayConvention.FOLLOWING)
    basis = basis_of(moved, date(2020, 6, 18), 70_000)
    assert len(basis.flows) == 6
    assert basis.accrued[0] == 0
    lead = Fraction(1, 2 * (date(2020, 6, 19) - date(2019, 12, 19)).days)
    assert Fraction(*basis.flows[0].wait) == Fraction(1, 2) + lead


def test_adjusting_a_maturity_on_a_business_day_changes_nothing() -> None:
    bond = terms("2020-06-18", "2024-06-18", roll=18)
    assert adjusted_yield_terms(bond, PAKISTAN, BusinessDayConvention.FOLLOWING) == bond


def test_adjusting_into_the_next_month_moves_each_coupon() -> None:
    """31 December 2022 is a Saturday; its yield counts in periods from the second of a month."""
    bond = terms("2020-08-31", "2022-12-31", roll=31, first="2020-12-31")
    moved = adjusted_yield_terms(bond, PAKISTAN, BusinessDayConvention.FOLLOWING)
    assert moved == terms("2020-08-31", "2023-01-02", roll=2, first="2021-01-02")


def test_adjusting_an_odd_last_period_moves_its_end_only() -> None:
    bond = terms("2020-01-15", "2023-04-29", roll=15, last="2023-01-15")
    moved = adjusted_yield_terms(bond, PAKISTAN, BusinessDayConvention.FOLLOWING)
    assert moved == terms("2020-01-15", "2023-05-01", roll=15, last="2023-01-15")


# --- laws ----------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(
    coupon_terms(),
    st.integers(0, 200_000),
    st.integers(0, 10**6),
    st.integers(-500, 9_000),
    st.sampled_from(Compounding),
    st.booleans(),
)
def test_yield_is_the_inverse_of_price(
    some: ScheduleTerms,
    rate_e6: int,
    place: int,
    yield_bps: int,
    compounding: Compounding,
    ex_coupon: bool,
) -> None:
    life = (some.maturity_date - some.dated_date).days
    settlement = some.dated_date + (place % life) * date.resolution
    basis = basis_of(some, settlement, rate_e6, compounding=compounding, ex_coupon=ex_coupon)
    annual = Decimal(yield_bps).scaleb(-4)
    assume(compounding is not Compounding.SIMPLE or annual >= 0)
    price = clean_price(basis, annual)
    assert abs(yield_to_maturity(basis, price) - annual) < Decimal("1e-18")


@pytest.mark.parametrize("compounding", list(Compounding))
def test_price_falls_with_the_yield(compounding: Compounding) -> None:
    some = terms("2020-08-20", "2023-08-20", roll=20)
    basis = basis_of(some, date(2021, 3, 4), 70_000, compounding=compounding)
    prices = [clean_price(basis, Decimal(bps).scaleb(-4)) for bps in range(0, 3_000, 50)]
    assert prices == sorted(prices, reverse=True)


def test_a_bond_at_its_coupon_costs_par_on_coupon_dates() -> None:
    some = terms("2020-08-20", "2023-08-20", roll=20)
    basis = basis_of(some, date(2021, 2, 20), 70_000)
    assert decimal_text(clean_price(basis, Decimal("0.07")), 25) == "100." + "0" * 25


def test_ex_coupon_takes_the_next_coupon_and_gives_negative_interest() -> None:
    some = terms("2020-08-20", "2023-08-20", roll=20)
    cum = basis_of(some, date(2021, 8, 17), 70_000)
    ex = basis_of(some, date(2021, 8, 17), 70_000, ex_coupon=True)
    assert ex.flows[0].amount[0] == 0
    assert Fraction(*cum.accrued) - Fraction(*ex.accrued) == Fraction(7, 2)
    difference = clean_price(cum, Decimal("0.09")) - clean_price(ex, Decimal("0.09"))
    assert abs(difference) < Decimal("0.01")


@pytest.mark.parametrize("price", ["0", "-1", "1e-9", "1e60"])
def test_a_price_without_a_yield_is_refused(price: str) -> None:
    zero = terms("2025-07-17", "2027-07-17", freq=0, roll=0)
    basis = basis_of(zero, date(2025, 11, 6), 0, compounding=Compounding.ANNUAL)
    with pytest.raises(YieldOutOfRange, match="no yield"):
        yield_to_maturity(basis, Decimal(price))


@pytest.mark.parametrize("compounding", list(Compounding))
def test_a_yield_that_leaves_nothing_is_refused(compounding: Compounding) -> None:
    some = terms("2020-08-20", "2023-08-20", roll=20)
    basis = basis_of(some, date(2021, 3, 4), 70_000, compounding=compounding)
    with pytest.raises(YieldOutOfRange, match="leaves nothing"):
        clean_price(basis, Decimal(-5))


@pytest.mark.parametrize("settlement", [date(2020, 7, 19), date(2023, 8, 20), date(2024, 1, 1)])
def test_settlement_outside_of_the_life_is_refused(settlement: date) -> None:
    with pytest.raises(ValueError, match="outside of the life"):
        basis_of(terms("2020-08-20", "2023-08-20", roll=20), settlement, 70_000)


def test_terms_without_a_schedule_give_their_fault() -> None:
    fault = yield_basis(
        terms("2020-08-20", "2023-08-20", roll=19),
        date(2021, 3, 4),
        coupon_rate_e6=70_000,
        convention=DayCount.ACT_ACT_ICMA,
        compounding=Compounding.SEMI,
    )
    assert fault is ScheduleFault.LAST_STUB_AMBIGUOUS


def test_percent_text_rounds_half_up_on_the_magnitude() -> None:
    assert percent_text(Decimal("0.0899345")) == "8.9935"
    assert percent_text(Decimal("-0.0899345")) == "-8.9935"
    assert percent_text(Decimal("0.08993449"), places=6) == "8.993449"


def test_simple_interest_in_the_last_period_leaves_earlier_periods_alone() -> None:
    some = terms("2020-08-20", "2023-08-20", roll=20)
    for settlement, same in ((date(2023, 2, 19), True), (date(2023, 2, 21), False)):
        compound = basis_of(some, settlement, 70_000)
        simple = basis_of(some, settlement, 70_000, last_period=LastPeriod.SIMPLE)
        annual = Decimal("0.09")
        assert (clean_price(compound, annual) == clean_price(simple, annual)) is same


@pytest.mark.parametrize("value", ["0", "0E-12", "-0.0", "0.0000000000001"])
def test_a_zero_of_many_places_is_written_in_full(value: str) -> None:
    """It was 0E-12: no reader of decimal strings takes that."""
    found = decimal_text(Decimal(value), 12)
    assert found == "0." + "0" * 12
    assert decimal_text(Decimal(value), 0) == "0"
