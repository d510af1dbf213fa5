"""What each kind pays: fixed rates, fixings, repayments by pool factor, face (5.3, 5.4)."""

import datetime as dt

import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.test_calls import ORDER, freeze, pledge
from tests.tokens.ops.world import CBM, World, address
from tokens.events import PrincipalPaid, RecordBlocked
from tokens.finance.yield_basis import Compounding
from tokens.ops.calls import CallInstrument
from tokens.ops.coupons import CouponFund, PrincipalFund, RedemptionFund
from tokens.records.holdings import LIEN, cash_lien_id
from tokens.records.instruments import (
    ASSET,
    PAYMENT,
    RECORD_STAMP,
    REPAYMENT_BASE,
    Amortisation,
    FloatTerms,
    OptionDate,
    PaymentStatus,
    TaxBase,
)
from tokens.records.rates import COUPON_FIXING, CouponFixing
from tokens.results import Code
from tokens.types import AssetKind, AssetStatus, LienKind

ISIN = terms().isin
FIRST, SECOND, THIRD = dt.date(2026, 1, 19), dt.date(2026, 7, 17), dt.date(2027, 1, 18)
FLOATING = FloatTerms(
    benchmark="mtb-182d", margin_e6=5_000, reset_offset_bd=2, fallback="pkrv-182d"
)
PARTS = (
    Amortisation(date=dt.date(2026, 1, 17), fraction_e6=250_000),
    Amortisation(date=dt.date(2026, 7, 17), fraction_e6=250_000),
)


def world_with(**changes: object) -> World:
    """100 of an instrument with a/main; nobody pays tax."""
    made = World()
    for account in ("a/main", "treasury/main"):
        fund(made, account, 1_000 * FACE)
    bond(made, tax_profile="none", **changes)
    issue(made, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    return made


def floater(kind: AssetKind = AssetKind.FLOAT) -> World:
    """Half-yearly, margin 50 basis points, of two years."""
    return world_with(
        kind=kind, cfi="DBVTFR", floating=FLOATING, maturity_date=dt.date(2027, 7, 17)
    )


def amortising() -> World:
    """A quarter each with the first two coupons, the half at maturity after three."""
    return world_with(
        kind=AssetKind.AMORT,
        cfi="DBFTAR",
        amortisations=PARTS,
        maturity_date=dt.date(2027, 1, 17),
    )


def fix(world: World, number: int, rate_e6: int) -> None:
    """As the agenda or an operation of the rates does."""
    world.state.put(
        COUPON_FIXING,
        CouponFixing(
            asset=ISIN,
            number=number,
            rate_e6=rate_e6,
            reference="mtb-182d",
            reference_rate_e6=rate_e6 - 5_000,
            reference_date=dt.date(2026, 1, 14),
            source="MTB-1",
            reset_date=dt.date(2026, 1, 15),
            fixed_on=dt.date(2026, 1, 15),
        ),
    )


def status_of(world: World) -> AssetStatus:
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    return asset.status


@pytest.mark.parametrize("kind", [AssetKind.FLOAT, AssetKind.SUKUK_VRR])
def test_the_first_coupon_pays_the_terms_and_the_second_its_fixing(kind: AssetKind) -> None:
    world = floater(kind)
    go_to(world, FIRST)
    assert world.payment(ISIN, 1).rate_e6 == 115_000
    fix(world, 2, 98_765)
    go_to(world, SECOND)
    payment = world.payment(ISIN, 2)
    assert (payment.rate_e6, payment.required) == (98_765, 100 * FACE * 98_765 // (2 * 10**6))
    before = world.balance(CBM, "a/main")
    world.act("treasury", CouponFund(asset=ISIN, coupon=2))
    assert world.balance(CBM, "a/main") - before == payment.required


def test_a_missing_fixing_blocks_the_record_and_nothing_else() -> None:
    world = floater()
    go_to(world, FIRST)
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    go_to(world, SECOND)
    assert world.state.get(PAYMENT, ISIN, 2) is None
    told = world.last(RecordBlocked)
    assert isinstance(told, RecordBlocked)
    assert (told.payment, told.record_date) == (2, dt.date(2026, 7, 15))
    world.refuse(Code.FIXING_MISSING, "treasury", CouponFund(asset=ISIN, coupon=2))
    world.refuse(Code.RECORD_NOT_TAKEN, "treasury", CouponFund(asset=ISIN, coupon=3))
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 10 * FACE))
    fix(world, 2, 100_000)
    go_to(world, dt.date(2026, 7, 20))
    world.act("treasury", CouponFund(asset=ISIN, coupon=2))
    assert world.payment(ISIN, 2).status is PaymentStatus.CURED
    assert world.balance(CBM, "b/main") == 10 * FACE * 100_000 // (2 * 10**6)


def test_maturity_waits_for_the_record_of_the_last_coupon() -> None:
    """Units that are burned have no coupon: the fixing comes first."""
    world = floater()
    for number, day in enumerate((SECOND, THIRD), start=2):
        fix(world, number, 100_000)
        go_to(world, day)
    go_to(world, dt.date(2027, 7, 19))
    assert status_of(world) is AssetStatus.OUTSTANDING
    fix(world, 4, 100_000)
    go_to(world, dt.date(2027, 7, 20))
    assert status_of(world) is AssetStatus.MATURED
    world.act("treasury", RedemptionFund(asset=ISIN))
    for number in range(1, 5):
        world.act("treasury", CouponFund(asset=ISIN, coupon=number))
    assert status_of(world) is AssetStatus.REDEEMED


def test_a_rate_of_nothing_owes_nothing() -> None:
    world = floater()
    fix(world, 2, 0)
    go_to(world, SECOND)
    payment = world.payment(ISIN, 2)
    assert (payment.required, payment.status) == (0, PaymentStatus.PAID)
    world.refuse(Code.ALREADY_PAID, "treasury", CouponFund(asset=ISIN, coupon=2))


def test_interest_and_repayment_follow_the_pool_factor() -> None:
    """11.5 percent on 100, 75 and 50; a quarter, a quarter and a half of the face."""
    world = amortising()
    face = 100 * FACE
    for number, (day, factor) in enumerate(((FIRST, 100), (SECOND, 75), (THIRD, 50)), start=1):
        go_to(world, day)
        before = world.balance(CBM, "a/main")
        world.act("treasury", CouponFund(asset=ISIN, coupon=number))
        interest = face * 115_000 // 10**6 // 2 * factor // 100
        assert world.balance(CBM, "a/main") - before == interest
        if number < 3:
            repaid = PrincipalFund(asset=ISIN, payment=REPAYMENT_BASE + number)
            world.act("treasury", repaid)
            assert world.balance(CBM, "a/main") - before == interest + face // 4
            assert world.balance(ISIN, "a/main") == face
    before = world.balance(CBM, "a/main")
    world.act("treasury", RedemptionFund(asset=ISIN))
    assert world.balance(CBM, "a/main") - before == face // 2
    assert status_of(world) is AssetStatus.REDEEMED
    principal = [event for event in world.events if isinstance(event, PrincipalPaid)]
    assert sum(event.amount for event in principal) == face


@pytest.mark.parametrize("order", [(1, REPAYMENT_BASE + 1), (REPAYMENT_BASE + 1, 1)])
def test_coupon_and_repayment_share_a_record_in_either_order(order: tuple[int, int]) -> None:
    """The seller after the record has both; the answer is kept until both are paid."""
    world = amortising()
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 40 * FACE))
    go_to(world, dt.date(2026, 1, 16))
    world.act("bank_b", transfer(ISIN, "b/main", "a/main", 40 * FACE))
    go_to(world, SECOND)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", FACE))
    before = world.balance(CBM, "b/main")
    for number in order:
        assert world.state.get(RECORD_STAMP, ISIN, address("b/main"), 1) is not None
        fund_it = PrincipalFund(asset=ISIN, payment=number)
        coupon = CouponFund(asset=ISIN, coupon=number)
        world.act("treasury", coupon if number == 1 else fund_it)
    both = 40 * FACE // 4 + 40 * FACE * 115_000 // 10**6 // 2
    assert world.balance(CBM, "b/main") - before == both
    assert world.state.get(RECORD_STAMP, ISIN, address("b/main"), 1) is None


def test_a_repayment_on_pledged_units_goes_into_the_pledge_and_a_coupon_does_not() -> None:
    world = amortising()
    name = pledge(world, 60 * FACE)
    go_to(world, FIRST)
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    assert world.state.get(LIEN, cash_lien_id(name)) is None
    for number, day in ((1, FIRST), (2, SECOND)):
        if day is SECOND:
            go_to(world, day)
        world.act("treasury", PrincipalFund(asset=ISIN, payment=REPAYMENT_BASE + number))
        cash = world.state.get(LIEN, cash_lien_id(name))
        assert cash is not None
        assert (cash.asset, cash.kind) == (CBM, LienKind.PLEDGE)
        assert cash.amount == number * 60 * FACE // 4
    go_to(world, THIRD)
    world.act("treasury", RedemptionFund(asset=ISIN))
    units = world.state.get(LIEN, name)
    assert units is not None
    assert (units.asset, units.amount) == (CBM, 60 * FACE // 2)


def test_a_repayment_on_frozen_units_is_caught() -> None:
    world = amortising()
    world.act("fiu", freeze(20 * FACE))
    go_to(world, FIRST)
    world.act("treasury", PrincipalFund(asset=ISIN, payment=REPAYMENT_BASE + 1))
    cash = world.state.get(LIEN, cash_lien_id(ORDER))
    assert cash is not None
    assert (cash.kind, cash.amount) == (LienKind.FREEZE, 20 * FACE // 4)


@pytest.mark.parametrize(
    ("kind", "cfi", "compounding"),
    [
        (AssetKind.BILL, "DBZTFR", Compounding.SIMPLE),
        (AssetKind.ZERO, "DBZTFR", Compounding.ANNUAL),
        (AssetKind.SUKUK_DISC, "DBZTFR", Compounding.ANNUAL),
    ],
)
def test_what_has_no_coupon_pays_its_face(
    kind: AssetKind, cfi: str, compounding: Compounding
) -> None:
    world = world_with(
        kind=kind,
        cfi=cfi,
        freq=0,
        coupon_rate_e6=0,
        yield_compounding=compounding,
        tax_base=TaxBase.DISCOUNT,
        maturity_date=dt.date(2026, 1, 17),
    )
    world.refuse(Code.RECORD_NOT_TAKEN, "treasury", CouponFund(asset=ISIN, coupon=1))
    go_to(world, FIRST)
    before = world.balance(CBM, "a/main")
    world.act("treasury", RedemptionFund(asset=ISIN))
    assert world.balance(CBM, "a/main") - before == 100 * FACE
    assert world.payment(ISIN, 1).paid == 100 * FACE
    assert status_of(world) is AssetStatus.REDEEMED


def test_a_fixed_rental_is_paid_like_a_coupon() -> None:
    world = world_with(kind=AssetKind.SUKUK_FRR)
    go_to(world, FIRST)
    before = world.balance(CBM, "a/main")
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    assert world.balance(CBM, "a/main") - before == 100 * FACE * 115_000 // 10**6 // 2


def test_pledges_together_never_catch_more_than_came() -> None:
    """101 units pledged whole in three parts, called at 33.3333: 33 came, and 33 are pledged."""
    world = World()
    for account in ("a/main", "treasury/main"):
        fund(world, account, 1_000)
    option = OptionDate(date=dt.date(2026, 1, 17), price_e4=333_333, notice_bd=0)
    bond(
        world,
        cfi="DBFTGR",
        denomination=1,
        increment=1,
        kyc_tier_min=0,
        tax_profile="none",
        calls=(option,),
    )
    issue(world, ISIN, "bank_a", "a/main", 101, 101)
    names = [pledge(world, part, bytes([part]) * 32) for part in (1, 37, 63)]
    world.act("treasury+central", CallInstrument(asset=ISIN, date=option.date, face=None))
    held = world.balance(CBM, "a/main")
    world.act("bank_a", transfer(CBM, "a/main", "b/main", held))
    go_to(world, FIRST)
    world.act("treasury", RedemptionFund(asset=ISIN))
    amounts = [lien.amount for name in names if (lien := world.state.get(LIEN, name))]
    assert amounts == [12, 21]
    assert world.balance(CBM, "a/main") == 33


def test_a_payment_freezes_what_its_amount_hangs_on() -> None:
    """No later change of terms or fixings reaches it."""
    world = amortising()
    go_to(world, FIRST)
    payment = world.payment(ISIN, 1)
    assert (payment.rate_e6, payment.factor_e6, payment.price_e4) == (115_000, 10**6, 0)
    repayment = world.payment(ISIN, REPAYMENT_BASE + 1)
    assert (repayment.fraction, repayment.price_e4) == ((250_000, 10**6), 10**6)
    assert repayment.record_no == payment.record_no
