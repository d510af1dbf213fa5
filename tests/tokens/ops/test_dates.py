"""Dates on the ledger: rolls, stubs, ends of months, holidays that come late (5.1, 5.3)."""

import datetime as dt

import pytest

from tests.tokens.ops.build import FACE, ISIN, bond, fund, go_to, issue, terms
from tests.tokens.ops.kinds import terms_of
from tests.tokens.ops.world import World
from tokens.finance.calendar import BusinessDayConvention as Bdc
from tokens.finance.calendar import Calendar
from tokens.lookup import require, require_asset
from tokens.ops.business_day import SetCalendar
from tokens.ops.coupons import CouponFund
from tokens.ops.instruments import CreateInstrument
from tokens.records.day import CALENDAR
from tokens.records.instruments import INSTRUMENT, InstrumentTerms, PaymentStatus
from tokens.terms import (
    Dates,
    coupon_factor_of,
    coupon_fraction_of,
    coupon_of,
    dates_of,
    maturity_of,
    periods_of,
)
from tokens.types import AssetKind, AssetStatus

DATE = dt.date


def its_terms(world: World) -> InstrumentTerms:
    return require(world.state, INSTRUMENT, ISIN).terms


def calendar_of(world: World) -> Calendar:
    return require(world.state, CALENDAR, "PK").current


def first_coupon(world: World) -> Dates:
    """Dates of coupon 1 by the calendar in force."""
    made = its_terms(world)
    return dates_of(made, calendar_of(world), periods_of(made)[0].end)


def coupons(made: InstrumentTerms) -> list[int]:
    """Coupons of one denomination."""
    world = World()
    world.act("treasury", CreateInstrument(terms=made))
    return [
        coupon_of(
            coupon_fraction_of(made, calendar_of(world), number),
            made.denomination,
            rate_e6=made.coupon_rate_e6,
            factor_e6=coupon_factor_of(made, number),
        )
        for number in range(1, len(periods_of(made)) + 1)
    ]


def holidays(*days: dt.date, effective_on: dt.date) -> SetCalendar:
    return SetCalendar(id="PK", weekend_mask=0b1100000, holidays=days, effective_on=effective_on)


SATURDAY = DATE(2026, 1, 17)


@pytest.mark.parametrize(
    ("bdc", "paid"),
    [
        (Bdc.NONE, SATURDAY),
        (Bdc.FOLLOWING, DATE(2026, 1, 19)),
        (Bdc.MODFOLLOWING, DATE(2026, 1, 19)),
        (Bdc.PRECEDING, DATE(2026, 1, 16)),
    ],
)
def test_a_coupon_on_a_saturday_rolls(bdc: Bdc, paid: dt.date) -> None:
    world = World()
    bond(world, bdc=bdc)
    assert periods_of(its_terms(world))[0].end == SATURDAY
    assert first_coupon(world).payment_date == paid


def test_a_modified_roll_stays_in_its_month() -> None:
    """31 January 2026 is a Saturday: the next business day is in February."""
    world = World()
    changes = {"roll_day": 31, "dated_date": DATE(2025, 7, 31), "issue_date": DATE(2025, 7, 31)}
    bond(world, bdc=Bdc.MODFOLLOWING, maturity_date=DATE(2028, 7, 31), **changes)
    assert first_coupon(world).payment_date == DATE(2026, 1, 30)


def test_ends_of_months_stay_ends_of_months() -> None:
    world = World()
    changes = {"roll_day": 31, "dated_date": DATE(2025, 8, 31), "issue_date": DATE(2025, 8, 31)}
    bond(world, maturity_date=DATE(2028, 8, 31), **changes)
    ends = [period.end for period in periods_of(its_terms(world))]
    assert ends == [
        DATE(2026, 2, 28),
        DATE(2026, 8, 31),
        DATE(2027, 2, 28),
        DATE(2027, 8, 31),
        DATE(2028, 2, 29),
        DATE(2028, 8, 31),
    ]


def test_a_short_and_a_long_first_coupon() -> None:
    """A regular one is 575,000 paisa; 92 of 184 days of it, or 91 of 181 days more."""
    issued = DATE(2025, 10, 17)
    short = terms(dated_date=issued, issue_date=issued, first_coupon=DATE(2026, 1, 17))
    assert coupons(short)[:2] == [575_000 * 92 // 184, 575_000]
    issued = DATE(2025, 4, 17)
    long = terms(dated_date=issued, issue_date=issued, first_coupon=DATE(2026, 1, 17))
    assert coupons(long)[:2] == [575_000 + 575_000 * 91 // 181, 575_000]


def test_a_short_last_coupon() -> None:
    made = terms(maturity_date=DATE(2028, 10, 17), last_regular_coupon=DATE(2028, 7, 17))
    assert coupons(made)[-2:] == [575_000, 575_000 * 92 // 184]


def test_a_coupon_of_a_pib_is_whole_at_two_a_year_and_not_at_four() -> None:
    """PKR 100,000 = 10^7 paisa: half a year of c x 10^-6 is 5 c paisa, a quarter 2.5 c."""
    calendar = require(World().state, CALENDAR, "PK").current
    rates = (1, 70_001, 115_000, 999_999)
    for freq, whole in ((2, True), (4, False)):
        for rate in rates:
            made = terms(freq=freq, coupon_rate_e6=rate)
            fraction = coupon_fraction_of(made, calendar, 1)
            exact = FACE * rate * fraction[0] % (10**6 * fraction[1])
            assert (exact == 0) is (whole or rate % 2 == 0)
            paid = coupon_of(fraction, FACE, rate_e6=rate, factor_e6=10**6)
            assert paid == FACE * rate // 10**6 // freq


def held(world: World) -> None:
    for account in ("a/main", "treasury/main"):
        fund(world, account, 100 * FACE)
    bond(world)
    issue(world, ISIN, "bank_a", "a/main", 10 * FACE, FACE)


def test_a_late_holiday_on_a_payment_date_moves_the_payment() -> None:
    """Eid, announced a week before for the 19th: paid on the 20th, by the same record."""
    world = World()
    held(world)
    assert first_coupon(world).record_date == DATE(2026, 1, 15)
    go_to(world, DATE(2026, 1, 12))
    late = holidays(DATE(2026, 1, 19), effective_on=DATE(2026, 1, 13))
    world.act("central+regulator", late)
    go_to(world, DATE(2026, 1, 13))
    first = first_coupon(world)
    assert (first.record_date, first.payment_date) == (DATE(2026, 1, 15), DATE(2026, 1, 20))
    go_to(world, DATE(2026, 1, 20))
    paid = world.payment(ISIN, 1)
    assert (paid.record_date, paid.payment_date) == (DATE(2026, 1, 15), DATE(2026, 1, 20))
    assert paid.status is PaymentStatus.RECORD_TAKEN
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    assert world.payment(ISIN, 1).status is PaymentStatus.PAID


def test_a_late_holiday_before_a_payment_date_moves_the_record() -> None:
    """Two business days before Monday the 19th: the 14th, when Friday the 16th is none."""
    world = World()
    held(world)
    late = holidays(DATE(2026, 1, 16), effective_on=DATE(2026, 1, 13))
    world.act("central+regulator", late)
    go_to(world, DATE(2026, 1, 14))
    assert require(world.state, INSTRUMENT, ISIN).next_coupon == 1
    go_to(world, DATE(2026, 1, 15))
    taken = world.payment(ISIN, 1)
    assert (taken.record_date, taken.payment_date) == (DATE(2026, 1, 14), DATE(2026, 1, 19))


def test_a_holiday_after_the_record_leaves_the_payment_where_it_is() -> None:
    """Dates are frozen with the record; money that is set aside is paid on the next open date."""
    world = World()
    held(world)
    go_to(world, DATE(2026, 1, 16))
    frozen = world.payment(ISIN, 1)
    assert (frozen.record_date, frozen.payment_date) == (DATE(2026, 1, 15), DATE(2026, 1, 19))
    late = holidays(DATE(2026, 1, 19), effective_on=DATE(2026, 1, 17))
    world.act("central+regulator", late)
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    go_to(world, DATE(2026, 1, 20))
    paid = world.payment(ISIN, 1)
    assert (paid.payment_date, paid.paid_on) == (DATE(2026, 1, 19), DATE(2026, 1, 20))
    assert paid.status is PaymentStatus.PAID


def test_a_late_holiday_moves_the_maturity_of_a_bill() -> None:
    world = World()
    for account in ("a/main", "treasury/main"):
        fund(world, account, 100 * FACE)
    made = terms_of(AssetKind.BILL)
    bond(world, **{name: getattr(made, name) for name in made.__struct_fields__})
    issue(world, ISIN, "bank_a", "a/main", 10 * FACE, FACE)
    assert maturity_of(its_terms(world), calendar_of(world)) == DATE(2026, 1, 15)
    late = holidays(DATE(2026, 1, 15), effective_on=DATE(2025, 7, 2))
    world.act("central+regulator", late)
    go_to(world, DATE(2026, 1, 14))
    assert maturity_of(its_terms(world), calendar_of(world)) == DATE(2026, 1, 16)
    assert require_asset(world.state, ISIN).status is AssetStatus.OUTSTANDING
    go_to(world, DATE(2026, 1, 16))
    assert require_asset(world.state, ISIN).status is AssetStatus.MATURED
