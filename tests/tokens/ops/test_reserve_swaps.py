"""What a reserve swaps, at which value, and what counts in it (5.7)."""

import datetime as dt
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tokens.ops.build import go_to, transfer, walk_to
from tests.tokens.ops.reserve_world import (
    BILL,
    BOTH,
    POLICY,
    SUPPLY,
    WEDNESDAY,
    add,
    bill,
    breached,
    list_bill,
    marks,
    reserve_world,
    swap,
    swapped,
    value,
)
from tests.tokens.ops.test_cash import redeem
from tests.tokens.ops.world import CBM, PKRS, START, World, address
from tokens.events import ReserveChanged
from tokens.finance.isin import isin_check_digit
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.reserves import ReserveAdd, ReserveSwap
from tokens.records.cash import CASH_ASSET
from tokens.records.holdings import LegalBasis
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.marks import ASSET_MARKS
from tokens.records.parties import ACCOUNT
from tokens.records.reserves import RESERVE_POLICY
from tokens.reserve_value import worth_of
from tokens.results import Code
from tokens.types import AccountStatus, AssetStatus, OperationClass

BASIS = LegalBasis(authority="Court", order_no="1", sha256=bytes(32))
OTHER = "PK000000007" + isin_check_digit("PK000000007")
EVERY = sum(c.value for c in OperationClass if c.value < OperationClass.SERVICE.value)


def test_a_reserve_swap_at_a_haircut_needs_the_buffer_first() -> None:
    world = reserve_world()
    # 5,000,000 x 96 % x 98 % = 4,704,000 counts; 4,800,000 is paid
    world.refuse(Code.RESERVE_SHORT, BOTH, swap())
    world.act("issuer", add(95_999))
    world.refuse(Code.RESERVE_SHORT, BOTH, swap())
    world.act("issuer", add(1))
    world.act(BOTH, swap())
    assert value(world) == SUPPLY == 5_200_000 + 96_000 + 4_704_000
    assert not breached(world)
    event = world.last(ReserveChanged)
    assert isinstance(event, ReserveChanged)
    assert (event.into, event.out, event.value) == (BILL, CBM, SUPPLY)
    assert (world.balance(BILL, "reserve"), world.balance(CBM, "reserve")) == (
        5_000_000,
        5_296_000,
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(900_000, 1_000_000), st.integers(0, 3_000))
def test_no_swap_leaves_the_value_below_the_supply(lots: int, price: int, haircut: int) -> None:
    world = RESERVE.copy(price)
    policy = msgspec.structs.replace(POLICY, haircut_bps=haircut, concentration_bps=10_000)
    world.act("issuer+central", policy)
    face = 500_000 * lots
    counts = int(Fraction(face * price * (10_000 - haircut), 10**10) // 1)
    cheap, dear = swap(face, counts), swap(face, counts + 1)
    world.refuse(Code.RESERVE_SHORT, BOTH, dear)
    world.act(BOTH, cheap)
    assert value(world) == SUPPLY


class Copies:
    """A world is built once a price: the reserve does not change it until then."""

    def copy(self, price: int) -> World:
        world = reserve_world()
        world.act("marker", marks(world, price))
        go_to(world, WEDNESDAY + dt.timedelta(days=1))
        return world


RESERVE = Copies()


def test_a_swap_back_brings_money_for_the_queue() -> None:
    world = swapped()
    world.act("bank_a", redeem(6_000_000))
    assert world.balance(PKRS, "a/main") == SUPPLY - 5_300_000  # the money that is there
    back = swap(out=BILL, out_amount=1_000_000, into=CBM, into_amount=960_000)
    world.act(BOTH, back)
    assert world.balance(PKRS, "a/main") == SUPPLY - 6_000_000
    cash = world.state.get(CASH_ASSET, PKRS)
    assert cash is not None
    assert cash.queued == 0


def test_swap_is_refused() -> None:
    world = reserve_world()
    world.act("issuer", add(2_000_000))
    world.refuse(Code.UNKNOWN_ASSET, BOTH, swap(asset=CBM))
    world.refuse(Code.UNKNOWN_ASSET, BOTH, swap(into="NONE"))
    world.refuse(Code.UNKNOWN_ACCOUNT, BOTH, swap(account=address("nobody")))
    world.refuse(Code.NOT_AUTHORISED, "issuer", swap())
    world.refuse(Code.NOT_AUTHORISED, "bank_b", swap())
    world.refuse(Code.BAD_FIELD, BOTH, swap(into=CBM))
    world.refuse(Code.SAME_ACCOUNT, BOTH, swap(account=address("reserve")))
    world.refuse(Code.RESERVE_NOT_ELIGIBLE, BOTH, swap(into=PKRS))
    world.refuse(Code.CONCENTRATION_EXCEEDED, BOTH, swap(8_000_000, 7_000_000))
    world.refuse(Code.DENOM_NOT_MULTIPLE, BOTH, swap(600_001))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, BOTH, swap(account=address("issuer/main")))
    poor = world.account("b/poor", "bank_b", "bank_b", kyc_tier=0)
    asset = world.state.get(ASSET, CBM)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, kyc_tier_min=1))
    world.refuse(Code.KYC_TIER_TOO_LOW, BOTH, swap(account=poor))
    world.account("unclaimed", "bank_b", "bank_b")
    world.act("central+regulator", PauseAsset(asset=BILL, classes=EVERY))
    world.refuse(Code.ASSET_PAUSED, BOTH, ReserveSwap(**msgspec.structs.asdict(swap())))
    world.act("central+regulator", PauseAsset(asset=BILL, classes=0))
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, BOTH, swap())
    frozen = Freeze(
        order_id=bytes([7]) * 32,
        account=address("reserve"),
        asset=CBM,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", frozen)
    world.refuse(Code.ACCOUNT_FROZEN, BOTH, swap())


def test_swap_asks_the_other_account() -> None:
    world = reserve_world()
    world.act("issuer", add(2_000_000))
    account = world.state.get(ACCOUNT, address("b/main"))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, BOTH, swap())
    assert world.account("other reserve", "bank_b", "bank_b")
    reserved = world.state.get(ACCOUNT, address("other reserve"))
    home = world.state.get(ACCOUNT, address("reserve"))
    assert reserved is not None
    assert home is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(reserved, purpose=home.purpose))
    world.refuse(Code.ACCOUNT_RESERVED, BOTH, swap(account=reserved.id))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (AssetStatus.APPROVED, Code.RESERVE_NOT_ELIGIBLE),
        (AssetStatus.MATURED, Code.ASSET_MATURED),
        (AssetStatus.REDEEMED, Code.RESERVE_NOT_ELIGIBLE),
    ],
)
def test_a_swap_takes_what_is_outstanding(status: AssetStatus, code: Code) -> None:
    world = reserve_world()
    world.act("issuer", add(2_000_000))
    asset = world.state.get(ASSET, BILL)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, status=status))
    world.refuse(code, BOTH, swap())


def test_a_swap_gives_what_is_outstanding() -> None:
    world = swapped()
    asset = world.state.get(ASSET, BILL)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, status=AssetStatus.REDEEMED))
    back = swap(out=BILL, out_amount=500_000, into=CBM, into_amount=490_000)
    world.refuse(Code.ASSET_NOT_ACTIVE, BOTH, back)


def test_rounding_to_zero_is_refused_and_not_a_silent_success() -> None:
    world = reserve_world(bill(denomination=1, increment=1))
    world.act("issuer", add(10))
    whole = msgspec.structs.replace(POLICY, concentration_bps=10_000)
    world.act("issuer+central", whole)
    # 1 x 96 % x 98 % rounds down to 0
    world.refuse(Code.AMOUNT_ZERO, BOTH, swap(1, 1))
    world.act(BOTH, swap(2, 1))
    assert value(world) == SUPPLY + 10 - 1 + 1


def test_what_counts_in_a_reserve_and_what_not() -> None:
    world = reserve_world()
    world.act("issuer", add(2_000_000))
    for policy in (
        msgspec.structs.replace(POLICY, residual_days_max=100),
        msgspec.structs.replace(POLICY, residual_days_max=196),
    ):
        world.act("issuer+central", policy)
        world.refuse(Code.RESERVE_NOT_ELIGIBLE, BOTH, swap())
    world.act("issuer+central", msgspec.structs.replace(POLICY, residual_days_max=197))
    world.act(BOTH, swap(500_000, 470_000))
    asset = world.state.get(ASSET, BILL)
    assert asset is not None
    own = msgspec.structs.replace(asset, issuer=address("issuer"))
    world.state.put(ASSET, own)
    world.refuse(Code.RESERVE_NOT_ELIGIBLE, BOTH, swap(500_000, 470_000))
    world.state.put(ASSET, asset)
    instrument = world.state.get(INSTRUMENT, BILL)
    assert instrument is not None
    terms = msgspec.structs.replace(instrument.terms, settlement_asset=PKRS)
    world.state.put(INSTRUMENT, msgspec.structs.replace(instrument, terms=terms))
    # it pays in the coin: nobody is paid in money from it
    world.refuse(Code.RESERVE_NOT_ELIGIBLE, BOTH, swap(500_000, 470_000))


def test_a_security_without_a_fresh_mark_is_refused_by_that_name() -> None:
    """It was AMOUNT_ZERO: the issuer looked for a larger amount, not for a newer mark."""
    world = reserve_world()
    world.act("issuer", add(2_000_000))
    world.act("bank_b", transfer(BILL, "b/main", "issuer/main", 1_000_000))
    changes: tuple[tuple[str, ReserveSwap | ReserveAdd], ...] = (
        (BOTH, swap(500_000, 470_000)),
        ("issuer", add(500_000, BILL)),
    )
    for who, change in changes:
        assert world.attempt(who, change) is Code.OK
    walk_to(world, START + dt.timedelta(days=7))  # four business days after the mark: stale
    for who, change in changes:
        world.refuse(Code.MARK_STALE, who, change)
    world.state.delete(ASSET_MARKS, BILL)
    for who, change in changes:
        world.refuse(Code.MARK_STALE, who, change)


def test_a_reserve_without_rules_is_of_money_only() -> None:
    world = reserve_world()
    world.state.delete(RESERVE_POLICY, PKRS)
    world.refuse(Code.RESERVE_NOT_ELIGIBLE, BOTH, swap())
    world.act("issuer", add(5))
    assert value(world) == SUPPLY + 5


def test_a_reserve_lists_so_many_securities(monkeypatch: pytest.MonkeyPatch) -> None:
    world = swapped()
    second = bill(isin=OTHER, name="MTB other")
    list_bill(world, second)
    world.act("marker", marks(world, asset=OTHER))
    asset = world.state.get(ASSET, OTHER)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, status=AssetStatus.OUTSTANDING))
    go_to(world, WEDNESDAY + dt.timedelta(days=1))
    monkeypatch.setattr("tokens.reserve_changes.SECURITIES_MAX", 1)
    world.refuse(Code.RESERVE_NOT_ELIGIBLE, BOTH, swap(500_000, 400_000, into=OTHER))
    cash = world.state.get(CASH_ASSET, PKRS)
    assert cash is not None
    worth = worth_of(world.state, cash)
    assert [holding.asset for holding in worth.holdings] == [BILL]
