"""Missed payments, days of grace, default, cross-default, cure; late holidays (5.3)."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens.events import DefaultCured, DefaultDeclared
from tokens.ops.business_day import SetCalendar
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.defaults import SetCrossDefault
from tokens.records.instruments import ASSET, PaymentStatus
from tokens.records.options import CROSS_DEFAULT, DEFAULTS
from tokens.records.options import DEFAULT as CAUSE
from tokens.records.proposals import APPROVAL_POLICY
from tokens.results import Code
from tokens.types import AssetFlag, AssetStatus, Role

ISIN = terms().isin
OTHER = "PK0000000023"
THIRD = "PK0000000031"
PAYMENT = dt.date(2026, 1, 19)
FUND = CouponFund(asset=ISIN, coupon=1)
LIST = SetCrossDefault(assets=(ISIN, OTHER))


@pytest.fixture
def world() -> World:
    """Three bonds of one treasury with three days of grace, which has no money left."""
    made = World()
    for account in ("a/main", "treasury/main"):
        fund(made, account, 1_000 * FACE)
    for isin in (ISIN, OTHER, THIRD):
        bond(made, isin=isin)
        issue(made, isin, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    return made


def in_default(world: World, isin: str = ISIN) -> bool:
    asset = world.state.get(ASSET, isin)
    assert asset is not None
    return bool(asset.flags & AssetFlag.DEFAULT)


def miss(world: World, *isins: str) -> None:
    """Pass the payment date of the first coupon; the instruments that are not named are paid."""
    go_to(world, PAYMENT)
    for isin in (ISIN, OTHER, THIRD):
        if isin not in isins:
            world.act("treasury", CouponFund(asset=isin, coupon=1))
    go_to(world, dt.date(2026, 1, 20))


def test_an_unfunded_coupon_later_cured(world: World) -> None:
    """Missed on the 19th; grace ends on the 22nd; default on the 23rd; cured in February."""
    miss(world, ISIN)
    assert world.payment(ISIN, 1).status is PaymentStatus.MISSED
    go_to(world, dt.date(2026, 1, 22))
    assert not in_default(world)
    go_to(world, dt.date(2026, 1, 23))
    assert in_default(world)
    assert world.last(DefaultDeclared) == DefaultDeclared(asset=ISIN, cause=ISIN, payment=1)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    go_to(world, dt.date(2026, 2, 2))
    before = world.balance(CBM, "a/main")
    world.act("treasury", FUND)
    gross = 100 * FACE * 115 // 2_000
    assert world.balance(CBM, "a/main") - before == gross * 8 // 10
    assert world.payment(ISIN, 1).status is PaymentStatus.CURED
    assert world.last(DefaultCured) == DefaultCured(
        asset=ISIN, cause=ISIN, payment=1, in_default=False
    )
    assert not in_default(world)


def test_funding_within_the_days_of_grace_is_no_default(world: World) -> None:
    miss(world, ISIN)
    go_to(world, dt.date(2026, 1, 22))
    world.act("treasury", FUND)
    go_to(world, dt.date(2026, 1, 26))
    assert not in_default(world)
    assert not [event for event in world.events if isinstance(event, DefaultDeclared)]


def test_cross_default_is_the_list_of_the_issuer(world: World) -> None:
    world.act("treasury+central", LIST)
    miss(world, ISIN)
    go_to(world, dt.date(2026, 1, 23))
    assert [in_default(world, isin) for isin in (ISIN, OTHER, THIRD)] == [True, True, False]
    world.act("treasury", FUND)
    assert [in_default(world, isin) for isin in (ISIN, OTHER, THIRD)] == [False, False, False]


def test_two_causes_are_cured_one_by_one(world: World) -> None:
    world.act("treasury+central", LIST)
    miss(world, ISIN, OTHER)
    go_to(world, dt.date(2026, 1, 23))
    assert len(world.state.scan(CAUSE, DEFAULTS, (ISIN,), limit=5)) == 2
    world.act("treasury", FUND)
    assert [in_default(world, isin) for isin in (ISIN, OTHER)] == [True, True]
    world.act("treasury", CouponFund(asset=OTHER, coupon=1))
    assert [in_default(world, isin) for isin in (ISIN, OTHER)] == [False, False]


def test_an_instrument_outside_of_the_list_defaults_alone(world: World) -> None:
    world.act("treasury+central", LIST)
    miss(world, THIRD)
    go_to(world, dt.date(2026, 1, 23))
    assert [in_default(world, isin) for isin in (ISIN, OTHER, THIRD)] == [False, False, True]


def test_a_list_is_refused(world: World) -> None:
    change = msgspec.structs.replace
    world.refuse(Code.NEEDS_APPROVAL, "treasury", LIST)
    both = "treasury+central"
    world.refuse(Code.BAD_FIELD, both, change(LIST, assets=(OTHER, ISIN)))
    world.refuse(Code.UNKNOWN_ASSET, both, change(LIST, assets=(CBM,)))
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    world.state.put(ASSET, change(asset, issuer=address("bank_a")))
    world.refuse(Code.NOT_AUTHORISED, both, LIST)
    world.state.put(ASSET, asset)
    world.act(both, change(LIST, assets=()))
    listed = world.state.get(CROSS_DEFAULT, address("treasury"))
    assert listed is not None
    assert listed.assets == ()


def test_a_list_is_of_a_treasury_even_if_the_policy_asks_for_none(world: World) -> None:
    policy = world.state.get(APPROVAL_POLICY, "instrument")
    assert policy is not None
    alone = msgspec.structs.replace(policy, required=((Role.CENTRAL_BANK,),), approvals_min=1)
    world.state.put(APPROVAL_POLICY, alone)
    world.refuse(Code.ROLE_REQUIRED, "central", LIST)


def test_an_unfunded_redemption_is_a_default_and_is_cured() -> None:
    world = World()
    fund(world, "a/main", 100 * FACE)
    fund(world, "treasury/main", 100 * FACE)
    bond(world, maturity_date=dt.date(2026, 1, 17))
    issue(world, ISIN, "bank_a", "a/main", FACE, FACE)
    go_to(world, PAYMENT)
    world.act("treasury", FUND)
    go_to(world, dt.date(2026, 1, 26))
    go_to(world, dt.date(2026, 2, 2))
    assert in_default(world)
    world.act("treasury", RedemptionFund(asset=ISIN))
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    assert (asset.status, asset.flags) == (AssetStatus.REDEEMED, 0)


def holiday(world: World, day: dt.date, effective_on: dt.date) -> None:
    calendar = SetCalendar(
        id="PK", weekend_mask=0b1100000, holidays=(day,), effective_on=effective_on
    )
    world.act("central+regulator", calendar)


def test_a_late_holiday_on_a_payment_date_before_the_record(world: World) -> None:
    """The 19th becomes a holiday: paid on the 20th; two business days before are still the 15th."""
    holiday(world, PAYMENT, dt.date(2026, 1, 2))
    go_to(world, dt.date(2026, 1, 15))
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 40 * FACE))
    go_to(world, dt.date(2026, 1, 16))
    payment = world.payment(ISIN, 1)
    assert (payment.record_date, payment.payment_date) == (
        dt.date(2026, 1, 15),
        dt.date(2026, 1, 20),
    )
    world.act("treasury", FUND)
    assert world.payment(ISIN, 1).status is PaymentStatus.FUNDED
    before = world.balance(CBM, "b/main")
    go_to(world, dt.date(2026, 1, 20))
    assert world.balance(CBM, "b/main") - before == 40 * FACE * 115 // 2_000 * 8 // 10


def test_a_late_holiday_between_record_and_payment_moves_the_record(world: World) -> None:
    """The 16th becomes a holiday: the record is taken a day earlier, on the 14th."""
    holiday(world, dt.date(2026, 1, 16), dt.date(2026, 1, 2))
    go_to(world, dt.date(2026, 1, 14))
    go_to(world, dt.date(2026, 1, 15))
    assert world.payment(ISIN, 1).record_date == dt.date(2026, 1, 14)


def test_a_late_holiday_on_a_payment_date_after_the_record(world: World) -> None:
    """The record is frozen with its dates: paid on the first business date after the 19th."""
    go_to(world, dt.date(2026, 1, 15))
    holiday(world, PAYMENT, dt.date(2026, 1, 16))
    go_to(world, dt.date(2026, 1, 16))
    world.act("treasury", FUND)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 40 * FACE))
    payment = world.payment(ISIN, 1)
    assert (payment.record_date, payment.payment_date) == (dt.date(2026, 1, 15), PAYMENT)
    before = world.balance(CBM, "a/main")
    go_to(world, dt.date(2026, 1, 20))
    assert world.payment(ISIN, 1).status is PaymentStatus.PAID
    assert world.balance(CBM, "a/main") - before == 100 * FACE * 115 // 2_000 * 8 // 10


def test_an_unfunded_coupon_is_not_missed_on_a_holiday_that_came_late(world: World) -> None:
    """Dated work fires on the first business date: it is funded in time on the 20th."""
    go_to(world, dt.date(2026, 1, 15))
    holiday(world, PAYMENT, dt.date(2026, 1, 16))
    go_to(world, dt.date(2026, 1, 16))
    go_to(world, dt.date(2026, 1, 20))
    world.act("treasury", FUND)
    assert world.payment(ISIN, 1).status is PaymentStatus.PAID
