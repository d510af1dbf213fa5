"""Calls of the whole and of a part: notice, shares, liens, what is paid (5.4)."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens import agenda, liens
from tokens.calling import share_floor
from tokens.context import Actors
from tokens.events import InstrumentCalled, PrincipalPaid
from tokens.ops.business_day import SetCalendar
from tokens.ops.calls import CallInstrument
from tokens.ops.control import ForceTransfer
from tokens.ops.coupons import CouponFund, PrincipalFund, RedemptionFund
from tokens.ops.freezes import Freeze
from tokens.records.holdings import LegalBasis, Lien
from tokens.records.instruments import ASSET, CALL_BASE, OptionDate, PaymentStatus
from tokens.results import Code
from tokens.types import NO_ADDRESS, AssetFlag, AssetStatus, LienKind

ISIN = terms().isin
CALL_DATE = dt.date(2026, 7, 17)
NOTICE = dt.date(2026, 7, 10)
"""Five business days before the call date."""
PREMIUM = 1_010_000
OPTION = OptionDate(date=CALL_DATE, price_e4=PREMIUM, notice_bd=5)
ODD = OptionDate(date=dt.date(2026, 9, 1), price_e4=10**6, notice_bd=0)
LATE = OptionDate(date=dt.date(2027, 1, 17), price_e4=10**6, notice_bd=0)
WHOLE = CallInstrument(asset=ISIN, date=CALL_DATE, face=None)
PART = CallInstrument(asset=ISIN, date=CALL_DATE, face=30 * FACE)
FUND_PART = PrincipalFund(asset=ISIN, payment=CALL_BASE + 1)
BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))
ORDER = bytes([7]) * 32


def start() -> World:
    """A callable bond, 100 of it with a/main."""
    made = World()
    for account in ("a/main", "b/main", "treasury/main"):
        fund(made, account, 1_000 * FACE)
    bond(made, cfi="DBFTGR", calls=(OPTION, ODD, LATE), tax_profile="none")
    issue(made, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    return made


@pytest.fixture
def world() -> World:
    return start()


def call(world: World, operation: CallInstrument) -> None:
    world.act("treasury+central", operation)


def principal(world: World) -> dict[bytes, tuple[int, int]]:
    """(face, money) by account; fails if an account was paid twice."""
    out: dict[bytes, tuple[int, int]] = {}
    for event in world.events:
        if isinstance(event, PrincipalPaid):
            assert event.account not in out
            out[event.account] = (event.quantity, event.amount)
    return out


def freeze(amount: int | None) -> Freeze:
    return Freeze(
        order_id=ORDER,
        account=address("a/main"),
        asset=ISIN,
        amount=amount,
        expires_on=None,
        basis=BASIS,
    )


def pledge(world: World, amount: int, name: bytes = bytes([3]) * 32) -> bytes:
    """A pledge of a/main to bank_b, as a repo places it."""
    lien = Lien(
        id=name,
        account=address("a/main"),
        asset=ISIN,
        amount=amount,
        kind=LienKind.PLEDGE,
        owner=address("bank_b"),
        expires_on=None,
        basis=None,
        memo="repo",
    )
    liens.place(world.context(Actors(NO_ADDRESS, ())), lien)
    world.end_block()
    return lien.id


def test_a_call_is_refused(world: World) -> None:
    change = msgspec.structs.replace
    world.refuse(Code.NEEDS_APPROVAL, "treasury", WHOLE)
    both = "treasury+central"
    world.refuse(Code.UNKNOWN_ASSET, both, change(WHOLE, asset=CBM))
    world.refuse(Code.NO_SUCH_OPTION, both, change(WHOLE, date=dt.date(2027, 7, 17)))
    world.refuse(Code.BAD_DATE, both, change(WHOLE, date=ODD.date))
    world.refuse(Code.DENOM_NOT_MULTIPLE, both, change(PART, face=FACE + 1))
    world.refuse(Code.BAD_FIELD, both, change(PART, face=100 * FACE))
    call(world, PART)
    world.refuse(Code.ALREADY_CALLED, both, PART)
    world.refuse(Code.ALREADY_CALLED, both, WHOLE)


def test_a_call_needs_an_instrument_that_is_outstanding() -> None:
    world = World()
    bond(world, cfi="DBFTGR", calls=(OPTION,))
    world.refuse(Code.WRONG_STATUS, "treasury+central", WHOLE)


def test_notice_counts_business_days_of_the_calendar(world: World) -> None:
    go_to(world, dt.date(2026, 7, 13))
    world.refuse(Code.NOTICE_TOO_SHORT, "treasury+central", WHOLE)
    other = start()
    go_to(other, NOTICE)
    call(other, WHOLE)


def test_a_holiday_in_between_moves_the_last_day_of_notice(world: World) -> None:
    holiday = SetCalendar(
        id="PK",
        weekend_mask=0b1100000,
        holidays=(dt.date(2026, 7, 14),),
        effective_on=dt.date(2025, 7, 2),
    )
    world.act("central+regulator", holiday)
    go_to(world, NOTICE)
    world.refuse(Code.NOTICE_TOO_SHORT, "treasury+central", WHOLE)
    other = start()
    other.act("central+regulator", holiday)
    go_to(other, dt.date(2026, 7, 9))
    call(other, WHOLE)


def test_a_call_of_the_whole_is_an_earlier_maturity_at_its_price(world: World) -> None:
    call(world, WHOLE)
    told = world.last(InstrumentCalled)
    assert told == InstrumentCalled(asset=ISIN, date=CALL_DATE, face=0, price_e4=PREMIUM)
    for number in (1, 2):
        go_to(world, dt.date(2026, 1, 19) if number == 1 else CALL_DATE)
        world.act("treasury", CouponFund(asset=ISIN, coupon=number))
    before = world.balance(CBM, "a/main")
    world.act("treasury", RedemptionFund(asset=ISIN))
    assert world.balance(CBM, "a/main") - before == 101 * FACE
    assert world.supply(ISIN) == 0
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    assert asset.status is AssetStatus.REDEEMED
    go_to(world, dt.date(2027, 1, 18))
    world.refuse(Code.RECORD_NOT_TAKEN, "treasury", CouponFund(asset=ISIN, coupon=3))


def test_no_call_back_over_a_record_that_was_taken() -> None:
    """A holiday of weeks, told late, moves the last day of notice behind the next record.

    Months, records 15 business days ahead: August's is taken before the adjusted date of July.
    """
    world = World()
    fund(world, "a/main", FACE)
    july = OptionDate(date=dt.date(2026, 7, 17), price_e4=10**6, notice_bd=0)
    bond(world, cfi="DBFTGR", calls=(july,), freq=12, record_offset_bd=15)
    issue(world, ISIN, "bank_a", "a/main", FACE, FACE)
    weeks = tuple(dt.date(2026, 7, 17) + dt.timedelta(days=day) for day in range(24))
    go_to(world, dt.date(2026, 7, 15))
    late = SetCalendar(
        id="PK",
        weekend_mask=0b1100000,
        holidays=weeks,
        effective_on=dt.date(2026, 7, 16),
    )
    world.act("central+regulator", late)
    go_to(world, dt.date(2026, 7, 16))
    go_to(world, dt.date(2026, 8, 10))
    world.refuse(
        Code.SCHEDULE_CHANGED_AFTER_RECORD,
        "treasury+central",
        CallInstrument(asset=ISIN, date=july.date, face=None),
    )


def test_a_partial_call_gives_each_holder_its_share(world: World) -> None:
    """30 of 100 among 55, 33 and 12: 16.5, 9.9 and 3.6: the two largest remainders get one."""
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 33 * FACE))
    world.account("c", None, "bank_b")
    world.act("bank_b", transfer(ISIN, "b/main", "c", 0 + FACE))
    world.act("bank_a", transfer(ISIN, "a/main", "c", 11 * FACE))
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", FACE))
    call(world, PART)
    go_to(world, CALL_DATE)
    world.act("treasury", FUND_PART)
    assert principal(world) == {
        address("a/main"): (16 * FACE, 16 * FACE * 101 // 100),
        address("b/main"): (10 * FACE, 10 * FACE * 101 // 100),
        address("c"): (4 * FACE, 4 * FACE * 101 // 100),
    }
    assert world.supply(ISIN) == 70 * FACE
    assert world.payment(ISIN, CALL_BASE + 1).status is PaymentStatus.PAID
    assert world.payment(ISIN, CALL_BASE + 1).paid == 30 * FACE * 101 // 100


HOLDINGS = st.lists(st.integers(1, 10**6), min_size=1, max_size=30)


@given(holdings=HOLDINGS, part=st.integers(1, 10**6))
def test_shares_sum_to_what_was_called(holdings: Sequence[int], part: int) -> None:
    supply = sum(holdings)
    called = min(part, supply)
    shares = [share_floor(balance, called, supply, 1) for balance in holdings]
    left = called - sum(face for face, _ in shares)
    assert 0 <= left < len(holdings)
    ranked = sorted(range(len(holdings)), key=lambda at: -shares[at][1])
    for at, balance in enumerate(holdings):
        exact = Fraction(balance * called, supply)
        given_out = shares[at][0] + (at in ranked[:left])
        assert abs(given_out - exact) < 1
        assert given_out <= balance


def test_units_stand_still_while_shares_are_drawn_and_everything_else_goes_on(
    world: World,
) -> None:
    names = [f"h{number}" for number in range(40)]
    for name in names:
        world.account(name, None, "bank_a")
        world.act("bank_a", transfer(ISIN, "a/main", name, FACE))
    call(world, PART)
    go_to(world, CALL_DATE)
    world.quota = 8
    world.act("treasury", FUND_PART)
    blocks = 0
    while agenda.next_due(world.state) is not None:
        world.refuse(Code.ASSET_PAUSED, "bank_a", transfer(ISIN, names[0], names[1], FACE))
        world.act("bank_a", transfer(CBM, "a/main", "b/main", 1))
        blocks += 1
    assert blocks > 20
    assert sum(face for face, _ in principal(world).values()) == 30 * FACE
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    assert not asset.flags & AssetFlag.DRAWING
    holder = next(name for name in names if world.balance(ISIN, name))
    world.act("bank_a", transfer(ISIN, holder, "b/main", FACE))


def test_a_seizure_between_two_pages_is_called_once(world: World) -> None:
    for number in range(12):
        world.account(f"h{number}", None, "bank_a")
        world.act("bank_a", transfer(ISIN, "a/main", f"h{number}", FACE))
    world.account("last", None, "bank_b")
    call(world, PART)
    go_to(world, CALL_DATE)
    world.quota = 4
    world.act("treasury", FUND_PART)
    world.act("fiu", freeze(50 * FACE))
    seize = ForceTransfer(order_id=ORDER, asset=ISIN, amount=50 * FACE, target=address("last"))
    world.act("central+fiu", seize)
    world.finish_agenda()
    payment = world.payment(ISIN, CALL_BASE + 1)
    assert payment.status is PaymentStatus.PAID
    burned = 100 * FACE - world.supply(ISIN)
    assert 0 < burned <= 30 * FACE
    assert payment.paid == burned * 101 // 100


def test_an_unfunded_call_is_missed_and_cured(world: World) -> None:
    call(world, PART)
    go_to(world, CALL_DATE)
    go_to(world, dt.date(2026, 7, 20))
    assert world.payment(ISIN, CALL_BASE + 1).status is PaymentStatus.MISSED
    world.act("treasury", FUND_PART)
    assert world.payment(ISIN, CALL_BASE + 1).status is PaymentStatus.CURED
    assert world.supply(ISIN) == 70 * FACE


def test_funding_of_principal_is_refused(world: World) -> None:
    world.refuse(Code.RECORD_NOT_TAKEN, "treasury", FUND_PART)
    world.refuse(Code.UNKNOWN_ASSET, "treasury", PrincipalFund(asset=CBM, payment=1))
    call(world, PART)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", FUND_PART)
    held = world.balance(CBM, "treasury/main")
    world.act("treasury", transfer(CBM, "treasury/main", "b/main", held))
    world.refuse(Code.NOT_FUNDED, "treasury", FUND_PART)
    world.act("bank_b", transfer(CBM, "b/main", "treasury/main", held))
    world.act("central", FUND_PART)
    world.refuse(Code.ALREADY_FUNDED, "treasury", FUND_PART)
    go_to(world, CALL_DATE)
    world.refuse(Code.ALREADY_PAID, "treasury", FUND_PART)
