"""One bond from the first money to redemption; every invariant after every block."""

import datetime as dt

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, trade, walk_to
from tests.tokens.ops.world import CBM, World, address
from tokens.events import CouponPaid
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.records.instruments import ASSET, PaymentStatus
from tokens.types import AssetStatus


def test_whole_life_of_a_bond() -> None:
    world = World()
    fund(world, "a/main", 2_000 * FACE)
    fund(world, "b/main", 2_000 * FACE)
    fund(world, "treasury/main", 50 * FACE)
    isin = bond(world)
    go_to(world, dt.date(2025, 7, 17))

    issue(world, isin, "bank_a", "a/main", 100 * FACE, 99 * FACE)
    assert world.supply(isin) == 100 * FACE
    assert world.balance(isin, "a/main") == 100 * FACE
    assert world.balance(CBM, "treasury/main") == 149 * FACE

    trade(
        world,
        "T1",
        ("bank_a", "a/main", "a/main"),
        ("bank_b", "b/main"),
        isin,
        40 * FACE,
        40 * FACE,
    )
    assert world.balance(isin, "b/main") == 40 * FACE

    walk_to(world, dt.date(2026, 1, 15))  # 17 Jan 2026 is a Saturday: paid on the 19th, record 15th
    go_to(world, dt.date(2026, 1, 16))
    coupon = world.payment(isin, 1)
    assert coupon.status is PaymentStatus.RECORD_TAKEN
    assert coupon.payment_date == dt.date(2026, 1, 19)
    assert coupon.required == 100 * FACE * 115_000 // 10**6 // 2
    trade(
        world,
        "T2",
        ("bank_b", "b/main", "b/main"),
        ("bank_a", "a/main"),
        isin,
        40 * FACE,
        40 * FACE,
    )
    world.act("treasury", CouponFund(asset=isin, coupon=1))
    before = world.balance(CBM, "b/main")
    go_to(world, dt.date(2026, 1, 19))
    gross = 40 * FACE * 115_000 // 10**6 // 2
    assert world.balance(CBM, "b/main") - before == gross * 8 // 10
    assert world.payment(isin, 1).status is PaymentStatus.PAID
    assert world.payment(isin, 1).withheld == coupon.required // 5
    certificate = [event for event in world.events if isinstance(event, CouponPaid)]
    assert {event.account: event.gross for event in certificate} == {
        address("a/main"): coupon.required - gross,
        address("b/main"): gross,
    }

    for number, date in enumerate(
        (
            dt.date(2026, 7, 17),
            dt.date(2027, 1, 18),
            dt.date(2027, 7, 19),
            dt.date(2028, 1, 17),
            dt.date(2028, 7, 17),
        ),
        start=2,
    ):
        go_to(world, date - dt.timedelta(days=1 if date.weekday() else 3))
        assert world.payment(isin, number).payment_date == date
        world.act("central", CouponFund(asset=isin, coupon=number))
        go_to(world, date)
        assert world.payment(isin, number).status is PaymentStatus.PAID
    asset = world.state.get(ASSET, isin)
    assert asset is not None
    assert asset.status is AssetStatus.MATURED
    world.act("treasury", RedemptionFund(asset=isin))
    asset = world.state.get(ASSET, isin)
    assert asset is not None
    assert asset.status is AssetStatus.REDEEMED
    assert world.supply(isin) == 0
    assert world.payment(isin, 7).paid == 100 * FACE
    assert world.supply(CBM) == 4_050 * FACE
