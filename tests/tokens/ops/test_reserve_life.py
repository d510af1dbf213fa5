"""What is added to a reserve and taken, its marks, BREACH, coupons and redemptions (5.7)."""

import datetime as dt

import msgspec

from tests.tokens.ops.build import fund, go_to, terms, transfer, walk_to
from tests.tokens.ops.reserve_world import (
    BILL,
    BOTH,
    POLICY,
    SUPPLY,
    WEDNESDAY,
    add,
    bill,
    breached,
    in_breach,
    marks,
    reserve_world,
    swap,
    swapped,
    take,
    value,
)
from tests.tokens.ops.test_cash import mint, redeem
from tests.tokens.ops.world import CBM, PKRS, START, address
from tokens.events import BreachChanged
from tokens.finance.isin import isin_check_digit
from tokens.lookup import require
from tokens.ops.control import PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.reserve_policies import SetReservePolicy
from tokens.ops.reserves import ReserveAdd, ReserveTake
from tokens.records.cash import CASH_ASSET
from tokens.records.holdings import LegalBasis
from tokens.records.instruments import ASSET, TaxBase
from tokens.records.reserves import RESERVE_POLICY
from tokens.reserve_value import Holding, Worth, counted, worth_of
from tokens.results import Code
from tokens.types import OperationClass

BASIS = LegalBasis(authority="Court", order_no="1", sha256=bytes(32))
OTHER = "PK000000007" + isin_check_digit("PK000000007")
EVERY = sum(c.value for c in OperationClass if c.value < OperationClass.SERVICE.value)


def test_set_policy_is_refused() -> None:
    world = swapped()
    world.refuse(Code.NEEDS_APPROVAL, "issuer", POLICY)
    world.refuse(Code.UNKNOWN_ASSET, "issuer+central", msgspec.structs.replace(POLICY, asset=CBM))
    stricter = SetReservePolicy(**msgspec.structs.asdict(POLICY) | {"haircut_bps": 300})
    world.refuse(Code.RESERVE_SHORT, "issuer+central", stricter)
    world.act("issuer", add(48_000))
    world.act("issuer+central", stricter)
    other = world.state.get(ASSET, PKRS)
    assert other is not None
    world.state.put(ASSET, msgspec.structs.replace(other, issuer=address("bank_b")))
    world.refuse(Code.NOT_AUTHORISED, "issuer+central", POLICY)


def test_what_is_listed_and_not_there_or_may_not_be_there_counts_nothing() -> None:
    """To the last minor unit: the value is compared with the supply."""
    world = reserve_world()
    cash = require(world.state, CASH_ASSET, PKRS)
    rules = require(world.state, RESERVE_POLICY, PKRS)
    world.state.put(RESERVE_POLICY, msgspec.structs.replace(rules, securities=(BILL,)))
    assert worth_of(world.state, cash) == Worth(SUPPLY, (Holding(BILL, 0, 0),), SUPPLY)
    assert counted(world.state, cash, rules, BILL, 5_000_000) > 0
    short = msgspec.structs.replace(rules, residual_days_max=1)
    assert counted(world.state, cash, short, BILL, 5_000_000) == 0


def test_add_is_refused() -> None:
    world = reserve_world()
    world.refuse(Code.UNKNOWN_ASSET, "issuer", add(5, "NONE"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "issuer", add(5, source="nobody"))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", add(5, source="b/main"))
    world.refuse(Code.NOT_AUTHORISED, "issuer", add(5, source="b/main"))
    # neither of the two for the other: the issuer's word, and an account of its own
    world.refuse(Code.NOT_AUTHORISED, "issuer+bank_b", add(5, source="b/main"))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", add(5))
    world.refuse(Code.RESERVE_NOT_ELIGIBLE, "issuer", add(5, PKRS))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "issuer", add(40_000_000))
    world.act("bank_b", transfer(BILL, "b/main", "issuer/main", 20_000_000))
    world.refuse(Code.CONCENTRATION_EXCEEDED, "issuer", add(20_000_000, BILL))
    world.act("central+regulator", PauseAsset(asset=CBM, classes=EVERY))
    world.refuse(Code.ASSET_PAUSED, "issuer", ReserveAdd(**msgspec.structs.asdict(add(5))))
    world.act("central+regulator", PauseAsset(asset=CBM, classes=0))
    frozen = Freeze(
        order_id=bytes([8]) * 32,
        account=address("issuer/main"),
        asset=CBM,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", frozen)
    world.refuse(Code.ACCOUNT_FROZEN, "issuer", add(5))
    small = reserve_world(bill(denomination=1, increment=1))
    small.act("bank_b", transfer(BILL, "b/main", "issuer/main", 10))
    small.refuse(Code.AMOUNT_ZERO, "issuer", add(1, BILL))


def test_what_may_be_taken_leaves_the_buffer() -> None:
    world = reserve_world()
    world.act("issuer", add(300_000))
    world.refuse(Code.NEEDS_APPROVAL, "issuer", take(1))
    world.refuse(Code.RESERVE_SHORT, "issuer+central", take(200_001))
    world.act("issuer+central", take(200_000))
    assert value(world) == SUPPLY + 100_000
    world.refuse(Code.RESERVE_SHORT, "issuer+central", take(1))


def test_take_is_refused() -> None:
    world = swapped()
    world.act("issuer", add(1_000_000))
    world.refuse(Code.UNKNOWN_ASSET, "issuer+central", take(5, "NONE"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "issuer+central", take(5, target="nobody"))
    world.refuse(Code.NOT_AUTHORISED, "issuer+central", take(5, target="b/main"))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "issuer+central", take(5_500_000, BILL))
    world.act("bank_a", redeem(7_000_000))
    assert value(world) - world.supply(PKRS) > 1_000_000  # enough, but somebody waits
    world.refuse(Code.RESERVE_SHORT, "issuer+central", take(500_000, BILL))
    world.act("issuer", add(1_000_000))
    assert world.attempt("issuer+central", take(500_000, BILL)) is Code.OK
    world.act("central+regulator", PauseAsset(asset=CBM, classes=EVERY))
    made = ReserveTake(**msgspec.structs.asdict(take(1)))
    world.refuse(Code.ASSET_PAUSED, "issuer+central", made)
    world.act("central+regulator", PauseAsset(asset=CBM, classes=0))
    world.act("fiu", StopCredits(account=address("issuer/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "issuer+central", take(1))
    frozen = Freeze(
        order_id=bytes([7]) * 32,
        account=address("reserve"),
        asset=CBM,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", frozen)
    world.refuse(Code.ACCOUNT_FROZEN, "issuer+central", take(1))


def test_a_mark_down_sets_breach_and_an_addition_ends_it() -> None:
    world = swapped()
    world.act("marker", marks(world, 930_000))
    assert not breached(world)  # a mark holds from the next open_day
    go_to(world, WEDNESDAY + dt.timedelta(days=1))
    assert breached(world)
    event = world.last(BreachChanged)
    assert isinstance(event, BreachChanged)
    lost = 5_000_000 * 3 // 100 * 98 // 100
    assert (event.breach, event.supply, event.value) == (True, SUPPLY, SUPPLY + 4_000 - lost)
    world.refuse(Code.IN_BREACH, "bank_a", mint(5))
    world.act("bank_a", redeem(1_000_000))  # at par, though the reserve is short
    assert world.supply(PKRS) == 9_000_000
    assert value(world) == 9_000_000 + 4_000 - lost
    world.refuse(Code.RESERVE_SHORT, "issuer+central", take(1))
    worse = swap(500_000, 480_000)
    world.refuse(Code.RESERVE_SHORT, BOTH, worse)
    world.act("issuer", add(lost - 4_001))
    assert breached(world)
    world.act("issuer", add(1))
    assert not breached(world)
    ended = world.last(BreachChanged)
    assert isinstance(ended, BreachChanged)
    assert (ended.breach, ended.supply, ended.value) == (False, 9_000_000, 9_000_000)
    world.act("bank_a", mint(5))


def test_a_better_mark_ends_a_breach_and_a_stale_one_begins_it() -> None:
    world = in_breach()
    world.act("marker", marks(world, 990_000))
    go_to(world, WEDNESDAY + dt.timedelta(days=2))
    assert not breached(world)
    assert value(world) == 5_300_000 + 5_000_000 * 99 // 100 * 98 // 100
    walk_to(world, START + dt.timedelta(days=8))  # marks of Thursday: three business days old
    assert breached(world) is not (value(world) >= SUPPLY)
    walk_to(world, START + dt.timedelta(days=9))
    assert breached(world)
    assert value(world) == 5_300_000


def test_in_breach_a_swap_may_bring_money_but_not_lower_the_value() -> None:
    world = in_breach()
    back = swap(out=BILL, out_amount=1_000_000, into=CBM)
    counts = 1_000_000 * 93 // 100 * 98 // 100
    world.refuse(Code.RESERVE_SHORT, BOTH, msgspec.structs.replace(back, into_amount=counts - 1))
    before = value(world)
    world.act(BOTH, msgspec.structs.replace(back, into_amount=counts))
    assert value(world) == before
    assert breached(world)


def test_the_redemption_of_a_bill_pays_into_the_reserve_and_wakes_the_queue() -> None:
    world = swapped()
    world.act("bank_a", redeem(6_000_000))
    assert world.balance(PKRS, "a/main") == SUPPLY - 5_300_000
    fund(world, "treasury/main", 2 * SUPPLY)
    go_to(world, dt.date(2026, 1, 15))
    assert breached(world)  # nobody has marked it for half a year
    world.act("treasury", RedemptionFund(asset=BILL))
    world.finish_agenda()
    assert not breached(world)
    assert world.balance(CBM, "reserve") == 5_300_000 + 5_000_000 - 6_000_000
    assert world.balance(PKRS, "a/main") == SUPPLY - 6_000_000
    world.act("issuer", add(5))
    policy = world.state.get(RESERVE_POLICY, PKRS)
    assert policy is not None
    assert policy.securities == ()


def test_what_leaves_the_reserve_before_its_coupon_is_paid_leaves_the_coupon_behind() -> None:
    """Burn before claim: the record says who is paid, not who holds on the date."""
    made = terms(
        isin=BILL,
        denomination=500_000,
        increment=500_000,
        coupon_rate_e6=100_000,
        issue_date=START,
        dated_date=START,
        maturity_date=dt.date(2026, 7, 1),
        roll_day=1,
        tax_profile="none",
        tax_base=TaxBase.NONE,
    )
    world = reserve_world(made)
    world.act("issuer", add(2_000_000))
    world.act(BOTH, swap())
    go_to(world, dt.date(2025, 12, 31))
    world.act("marker", marks(world))
    payment = world.payment(BILL, 1)
    assert payment.recorded == 2 * SUPPLY
    go_to(world, dt.date(2026, 1, 1))
    assert not breached(world)
    world.act(BOTH, swap(out=BILL, out_amount=5_000_000, into=CBM, into_amount=4_900_000))
    before = world.balance(CBM, "reserve")
    fund(world, "treasury/main", 2_000_000)
    world.act("treasury", CouponFund(asset=BILL, coupon=1))
    world.finish_agenda()
    assert world.balance(CBM, "reserve") == before + 250_000
    # tokens burned between record and payment change nothing either
    assert value(world) == world.balance(CBM, "reserve")
