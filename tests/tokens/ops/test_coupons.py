"""Coupons: entitlement by record number, paging, tax, missed and cured, residual, unclaimed."""

import datetime as dt
import random

import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens import agenda
from tokens.events import CouponPaid, ResidualReturned
from tokens.ops.control import PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.freezes import Freeze, StopCredits
from tokens.posting import available
from tokens.records.holdings import POSITION, LegalBasis
from tokens.records.instruments import ASSET, RECORD_STAMP, PaymentStatus
from tokens.results import Code

ISIN = terms().isin
RECORD = dt.date(2026, 1, 15)
AFTER = dt.date(2026, 1, 16)
PAYMENT = dt.date(2026, 1, 19)
FUND = CouponFund(asset=ISIN, coupon=1)
BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))


def start() -> World:
    """Where the tests of this subject begin."""
    made = World()
    for account in ("a/main", "b/main", "treasury/main"):
        fund(made, account, 1_000 * FACE)
    bond(made)
    issue(made, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    return made


@pytest.fixture
def world() -> World:
    return start()


def paid(world: World, number: int = 1) -> dict[bytes, int]:
    """Gross by account; fails if an account was paid twice."""
    out: dict[bytes, int] = {}
    for event in world.events:
        if isinstance(event, CouponPaid) and event.payment == number:
            assert event.account not in out
            out[event.account] = event.gross
    return out


def coupon(face: int) -> int:
    return face * 115_000 // 10**6 // 2


def test_every_holder_exactly_once_under_concurrent_transfers() -> None:
    """1,000 entitlements, small pages; by balance, transfers between them would lose or double."""
    world = World()
    fund(world, "a/main", 3_000 * FACE)
    bond(world)
    issue(world, ISIN, "bank_a", "a/main", 2_000 * FACE, 2_000 * FACE)
    names = [f"holder-{number}" for number in range(1_000)]
    for name in names:
        world.account(name, None, "bank_a")
    world.check = lambda: None  # type: ignore[method-assign]  # each block of 1,000 is too slow
    for name in names:
        assert world.attempt("bank_a", transfer(ISIN, "a/main", name, 2 * FACE)) is Code.OK
    world.end_block()
    go_to(world, AFTER)
    world.act("treasury", FUND)
    world.quota = 40
    chance = random.Random(20_260_119)
    go_to(world, PAYMENT)
    blocks = 1
    while agenda.next_due(world.state) is not None:
        for _ in range(5):
            giver, taker = chance.choice(names), chance.choice(names)
            world.attempt("bank_a", transfer(ISIN, giver, taker, 2 * FACE))
        world.end_block()
        blocks += 1
    del world.check
    world.check()
    entitled = paid(world)
    assert blocks > 90
    assert len(entitled) == 1_000
    assert set(entitled.values()) == {coupon(2 * FACE)}
    assert sum(entitled.values()) == world.payment(ISIN, 1).required
    moved = sum(world.balance(ISIN, name) != 2 * FACE for name in names)
    assert moved > 100


def test_seller_after_the_record_keeps_the_coupon(world: World) -> None:
    go_to(world, AFTER)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    assert paid(world) == {address("a/main"): coupon(100 * FACE)}


def test_buyer_on_the_record_date_gets_it(world: World) -> None:
    go_to(world, RECORD)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    go_to(world, AFTER)
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    assert paid(world) == {address("b/main"): coupon(100 * FACE)}


def test_record_of_a_date_that_was_passed_over(world: World) -> None:
    go_to(world, PAYMENT)
    assert world.payment(ISIN, 1).status is PaymentStatus.RECORD_TAKEN
    world.act("treasury", FUND)
    assert paid(world) == {address("a/main"): coupon(100 * FACE)}
    assert world.payment(ISIN, 1).status is PaymentStatus.PAID


def test_funding_is_refused(world: World) -> None:
    world.refuse(Code.RECORD_NOT_TAKEN, "treasury", FUND)
    world.refuse(Code.UNKNOWN_ASSET, "treasury", CouponFund(asset=CBM, coupon=1))
    go_to(world, AFTER)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", FUND)
    world.act("central", FUND)
    world.refuse(Code.ALREADY_FUNDED, "treasury", FUND)
    go_to(world, PAYMENT)
    world.refuse(Code.ALREADY_PAID, "treasury", FUND)


def test_missed_then_cured_from_the_same_record(world: World) -> None:
    held = world.balance(CBM, "treasury/main")
    world.act("treasury", transfer(CBM, "treasury/main", "b/main", held))
    go_to(world, AFTER)
    world.refuse(Code.NOT_FUNDED, "treasury", FUND)
    go_to(world, PAYMENT)
    go_to(world, dt.date(2026, 1, 20))
    assert world.payment(ISIN, 1).status is PaymentStatus.MISSED
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    world.act("bank_b", transfer(CBM, "b/main", "treasury/main", held))
    world.act("treasury", FUND)
    assert world.payment(ISIN, 1).status is PaymentStatus.CURED
    assert paid(world) == {address("a/main"): coupon(100 * FACE)}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 1, 3), (2, 3, 1)])
def test_three_unpaid_records_keep_three_entitlements(world: World, order: tuple[int, ...]) -> None:
    """A position answers the last record only; older unpaid answers are kept apart."""
    go_to(world, AFTER)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 10 * FACE))
    go_to(world, dt.date(2026, 7, 17))
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 20 * FACE))
    go_to(world, dt.date(2027, 1, 18))
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 30 * FACE))
    world.account("late", None, "bank_b")
    world.act("bank_b", transfer(ISIN, "b/main", "late", 5 * FACE))
    for number in order:
        world.act("treasury", CouponFund(asset=ISIN, coupon=number))
    a, b = address("a/main"), address("b/main")
    assert paid(world, 1) == {a: coupon(100 * FACE)}
    assert paid(world, 2) == {a: coupon(90 * FACE), b: coupon(10 * FACE)}
    assert paid(world, 3) == {a: coupon(70 * FACE), b: coupon(30 * FACE)}
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    assert asset.unpaid_record == 0


def test_stamps_are_cleaned_when_records_are_paid_in_order(world: World) -> None:
    go_to(world, AFTER)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 10 * FACE))
    go_to(world, dt.date(2026, 7, 17))
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 20 * FACE))
    assert world.state.get(RECORD_STAMP, ISIN, address("a/main"), 1) is not None
    world.act("treasury", FUND)
    assert world.state.get(RECORD_STAMP, ISIN, address("a/main"), 1) is None


def test_frozen_holder_is_paid_and_the_money_is_caught(world: World) -> None:
    order = Freeze(
        order_id=bytes(32),
        account=address("a/main"),
        asset=None,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    before = world.balance(CBM, "a/main")
    go_to(world, AFTER)
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    assert world.balance(CBM, "a/main") == before + coupon(100 * FACE) * 8 // 10
    assert available(world.state.get(POSITION, CBM, address("a/main"))) == 0


def test_credit_stop_lets_the_coupon_in_and_freezes_it(world: World) -> None:
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=BASIS))
    before = available(world.state.get(POSITION, CBM, address("a/main")))
    for number, dates in enumerate(((AFTER, PAYMENT), (dt.date(2026, 7, 16),) * 2), start=1):
        go_to(world, dates[0])
        world.act("treasury", CouponFund(asset=ISIN, coupon=number))
        if dates[1] != dates[0]:
            go_to(world, dates[1])
    go_to(world, dt.date(2026, 7, 17))
    assert len(paid(world, 2)) == 1
    position = world.state.get(POSITION, CBM, address("a/main"))
    assert position is not None
    assert position.frozen == 2 * (coupon(100 * FACE) * 8 // 10)
    assert available(position) == before


def test_paused_money_and_frozen_treasury_do_not_stop_a_coupon(world: World) -> None:
    order = Freeze(
        order_id=bytes(32),
        account=address("treasury/main"),
        asset=CBM,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    world.act("central+regulator", PauseAsset(asset=CBM, classes=31))
    go_to(world, AFTER)
    world.act("central", FUND)
    go_to(world, PAYMENT)
    assert world.payment(ISIN, 1).status is PaymentStatus.PAID


def test_residual_goes_back_and_nothing_is_paid_on_a_rounding_to_zero() -> None:
    """3 units give 0.17: nothing for ten of the holders, 4.02 for one, 5.75 for all."""
    world = World()
    fund(world, "a/main", 1_000)
    fund(world, "treasury/main", 1_000)
    bond(world, denomination=1, increment=1, kyc_tier_min=0)
    issue(world, ISIN, "bank_a", "a/main", 100, 100)
    for number in range(10):
        world.account(f"h{number}", None, "bank_a")
        world.act("bank_a", transfer(ISIN, "a/main", f"h{number}", 3))
    go_to(world, AFTER)
    assert world.payment(ISIN, 1).required == 5
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    assert paid(world) == {address("a/main"): 70 * 115 // 2_000}
    residual = world.last(ResidualReturned)
    assert isinstance(residual, ResidualReturned)
    assert residual.amount == 5 - 4
    assert world.payment(ISIN, 1).status is PaymentStatus.PAID


def test_coupon_of_nothing_is_paid_at_the_record() -> None:
    world = World()
    bond(world)
    go_to(world, AFTER)
    assert world.payment(ISIN, 1).status is PaymentStatus.PAID
    world.refuse(Code.ALREADY_PAID, "treasury", FUND)


def test_redemption_is_refused_before_maturity(world: World) -> None:
    operation = RedemptionFund(asset=ISIN)
    world.refuse(Code.WRONG_STATUS, "treasury", operation)
    world.refuse(Code.UNKNOWN_ASSET, "treasury", RedemptionFund(asset=CBM))
