"""Coupons: entitlement by record number, paging, tax, missed and cured, residual, unclaimed."""

import datetime as dt
import random

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens import agenda
from tokens.events import CouponPaid, PaymentUnclaimed, ResidualReturned
from tokens.ops.control import PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund, SetTaxTable
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.unclaimed import PayUnclaimed
from tokens.posting import available
from tokens.records.control import UNCLAIMED
from tokens.records.day import TAX_TABLE, TaxEntry, TaxTable
from tokens.records.holdings import POSITION, LegalBasis
from tokens.records.instruments import ASSET, RECORD_STAMP, PaymentStatus
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import AccountStatus
from tokens.unclaimed import unclaimed_address
from tokens.withholding import rate_on, withheld_half_up

ISIN = terms().isin
RECORD = dt.date(2026, 1, 15)
AFTER = dt.date(2026, 1, 16)
PAYMENT = dt.date(2026, 1, 19)
FUND = CouponFund(asset=ISIN, coupon=1)
BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))


@pytest.fixture
def world() -> World:
    made = World()
    for account in ("a/main", "b/main", "treasury/main"):
        fund(made, account, 1_000 * FACE)
    bond(made)
    issue(made, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    return made


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


def test_closed_account_is_paid_into_the_unclaimed_account_of_its_servicer(world: World) -> None:
    go_to(world, AFTER)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    closed = world.state.get(ACCOUNT, address("a/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    net = coupon(100 * FACE) * 8 // 10
    lies = world.state.get(POSITION, CBM, unclaimed_address(address("bank_a")))
    assert lies is not None
    assert lies.balance == net
    entry = world.state.get(UNCLAIMED, address("a/main"), ISIN, 1)
    assert entry is not None
    assert entry.amount == net
    assert isinstance(world.last(PaymentUnclaimed), PaymentUnclaimed)
    world.refuse(
        Code.ACCOUNT_RESERVED,
        "bank_a",
        msgspec.structs.replace(
            transfer(CBM, "a/second", "b/main", 1), source=unclaimed_address(address("bank_a"))
        ),
    )


def _unclaimed(world: World) -> PayUnclaimed:
    """A coupon of a closed account, and its claim for another account of the same person."""
    go_to(world, AFTER)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    closed = world.state.get(ACCOUNT, address("a/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    return PayUnclaimed(
        account=address("a/main"), security=ISIN, payment=1, target=address("a/second")
    )


def test_unclaimed_money_goes_to_the_same_person(world: World) -> None:
    claim = _unclaimed(world)
    change = msgspec.structs.replace
    world.refuse(Code.NOT_FOUND, "bank_a", change(claim, payment=2))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", claim)
    nobody = change(claim, target=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", nobody)
    other = change(claim, target=address("b/main"))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", other)
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", change(claim, target=address("a/main")))
    stop = StopCredits(account=address("a/second"), stopped=True, basis=BASIS)
    world.act("fiu", stop)
    world.refuse(Code.CREDIT_STOPPED, "bank_a", claim)
    world.act("fiu", change(stop, stopped=False))
    world.act("bank_a", claim)
    assert world.balance(CBM, "a/second") == coupon(100 * FACE) * 8 // 10
    world.refuse(Code.NOT_FOUND, "bank_a", claim)


@pytest.mark.parametrize(
    ("tax_class", "rate"),
    [("filer", 200_000), ("non-filer", 400_000), ("whole", 1_000_000), ("unknown", 0)],
)
def test_withholding_by_class(world: World, tax_class: str, rate: int) -> None:
    world.account("client", None, "bank_a", tax_class=tax_class)
    world.act("bank_a", transfer(ISIN, "a/main", "client", 7 * FACE))
    go_to(world, AFTER)
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    gross = coupon(7 * FACE)
    assert world.balance(CBM, "client") == gross - withheld_half_up(gross, rate)


def test_treasury_and_central_bank_are_exempt(world: World) -> None:
    world.account("central/own", "central", "central")
    world.act("bank_a", transfer(ISIN, "a/main", "central/own", FACE))
    world.act("bank_a", transfer(ISIN, "a/main", "treasury/main", FACE))
    go_to(world, AFTER)
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    assert world.balance(CBM, "central/own") == coupon(FACE)
    assert world.payment(ISIN, 1).withheld == coupon(98 * FACE) // 5


def test_withholding_rounds_half_up_once() -> None:
    assert withheld_half_up(5, 100_000) == 1
    assert withheld_half_up(4, 100_000) == 0
    assert withheld_half_up(2**63, 1_000_000) == 2**63


def test_rates_are_dated() -> None:
    table = World().state.get(TAX_TABLE, "pk")
    assert table is not None
    assert rate_on(table, "filer", dt.date(2025, 6, 30)) == 150_000
    assert rate_on(table, "filer", dt.date(2025, 7, 1)) == 200_000
    assert rate_on(table, "filer", dt.date(2019, 1, 1)) == 0


def test_a_class_without_a_rate_pays_the_default() -> None:
    entries = (TaxEntry(tax_class="default", from_date=dt.date(2020, 1, 1), rate_e6=300_000),)
    table = TaxTable(profile="x", version=1, account=bytes(16), entries=entries)
    assert rate_on(table, "new", dt.date(2025, 1, 1)) == 300_000


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


def test_set_tax_table() -> None:
    world = World()
    entry = TaxEntry(tax_class="a", from_date=dt.date(2025, 1, 1), rate_e6=1)
    table = SetTaxTable(profile="new", account=address("tax/main"), entries=(entry,))
    world.refuse(Code.NEEDS_APPROVAL, "tax", table)
    other = msgspec.structs.replace(table, account=address("a/main"))
    world.refuse(Code.BAD_FIELD, "tax+central", other)
    other = msgspec.structs.replace(table, account=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "tax+central", other)
    other = msgspec.structs.replace(table, entries=(entry, entry))
    world.refuse(Code.BAD_FIELD, "tax+central", other)
    world.act("tax+central", table)
    world.act("tax+central", table)
    stored = world.state.get(TAX_TABLE, "new")
    assert stored is not None
    assert stored.version == 2


def test_redemption_is_refused_before_maturity(world: World) -> None:
    operation = RedemptionFund(asset=ISIN)
    world.refuse(Code.WRONG_STATUS, "treasury", operation)
    world.refuse(Code.UNKNOWN_ASSET, "treasury", RedemptionFund(asset=CBM))
