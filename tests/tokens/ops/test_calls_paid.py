"""Calls and what rests on the units: pledges, freezes, the maturity (5.4)."""

import datetime as dt

import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, transfer
from tests.tokens.ops.test_calls import (
    CALL_DATE,
    FUND_PART,
    ISIN,
    OPTION,
    ORDER,
    PART,
    call,
    freeze,
    pledge,
    principal,
    start,
)
from tests.tokens.ops.world import CBM, World, address
from tokens.ops.coupons import RedemptionFund
from tokens.records.holdings import LIEN, POSITION, cash_lien_id
from tokens.records.instruments import ASSET, CALL_BASE, OptionDate, PaymentStatus
from tokens.types import AssetStatus, LienKind


@pytest.fixture
def world() -> World:
    return start()


def test_cash_of_a_called_part_replaces_it_inside_the_pledge(world: World) -> None:
    """90 of 100 pledged, 30 called: 10 free ones go first, 20 out of the pledge."""
    name = pledge(world, 90 * FACE)
    call(world, PART)
    go_to(world, CALL_DATE)
    before = world.balance(CBM, "a/main")
    world.act("treasury", FUND_PART)
    assert world.balance(CBM, "a/main") - before == 30 * FACE * 101 // 100
    units, cash = world.state.get(LIEN, name), world.state.get(LIEN, cash_lien_id(name))
    assert units is not None
    assert cash is not None
    assert (units.asset, units.amount) == (ISIN, 70 * FACE)
    assert (cash.asset, cash.amount) == (CBM, 20 * FACE * 101 // 100)
    assert (cash.kind, cash.owner) == (LienKind.PLEDGE, address("bank_b"))


@pytest.mark.parametrize(
    ("amount", "caught"), [(None, 30), (100 * FACE, 30), (80 * FACE, 10), (70 * FACE, 0)]
)
def test_a_freeze_catches_what_it_reached_beyond_the_units_that_stay(
    world: World, amount: int | None, caught: int
) -> None:
    world.act("fiu", freeze(amount))
    call(world, PART)
    go_to(world, CALL_DATE)
    before = world.state.get(POSITION, CBM, address("a/main"))
    world.act("treasury", FUND_PART)
    after = world.state.get(POSITION, CBM, address("a/main"))
    assert before is not None
    assert after is not None
    assert after.balance - before.balance == 30 * FACE * 101 // 100
    assert after.frozen == caught * FACE * 101 // 100
    order = world.state.get(LIEN, ORDER)
    assert order is not None
    assert order.asset == ISIN
    assert order.amount == (None if amount is None else min(amount, 70 * FACE))


def test_a_call_that_is_unfunded_at_maturity_lapses() -> None:
    """Its units are redeemed with the others; money that comes later goes back, and cures."""
    world = World()
    for account in ("a/main", "treasury/main"):
        fund(world, account, 1_000 * FACE)
    bond(
        world,
        cfi="DBFTGR",
        calls=(OPTION,),
        tax_profile="none",
        maturity_date=dt.date(2027, 1, 17),
    )
    issue(world, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    call(world, PART)
    go_to(world, dt.date(2027, 1, 18))
    go_to(world, dt.date(2027, 1, 19))
    held = world.balance(CBM, "treasury/main")
    world.act("treasury", FUND_PART)
    assert world.balance(CBM, "treasury/main") == held
    assert world.payment(ISIN, CALL_BASE + 1).status is PaymentStatus.CURED
    world.act("treasury", RedemptionFund(asset=ISIN))
    assert principal(world) == {address("a/main"): (100 * FACE, 100 * FACE)}


def test_maturity_waits_for_a_call_that_is_being_paid() -> None:
    """What is redeemed is what the call leaves."""
    world = World()
    for account in ("a/main", "treasury/main"):
        fund(world, account, 1_000 * FACE)
    option = OptionDate(date=CALL_DATE, price_e4=10**6, notice_bd=0)
    bond(
        world,
        cfi="DBFTGR",
        calls=(option,),
        tax_profile="none",
        maturity_date=dt.date(2027, 1, 17),
    )
    issue(world, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 50 * FACE))
    call(world, PART)
    world.quota = 1
    world.act("treasury", FUND_PART)
    go_to(world, CALL_DATE)
    go_to(world, dt.date(2027, 1, 18))
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    assert asset.status is AssetStatus.OUTSTANDING
    world.finish_agenda()
    go_to(world, dt.date(2027, 1, 19))
    world.act("treasury", RedemptionFund(asset=ISIN))
    world.finish_agenda()
    assert world.payment(ISIN, 4).recorded == 70 * FACE
    assert world.supply(ISIN) == 0
