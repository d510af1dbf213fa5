"""Holder caps, lock-ups, velocity of a Transfer: sums over persons, accounts and dates."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import fund, go_to, transfer
from tests.tokens.ops.test_rules import LATER, RULERS, pay, rule_of
from tests.tokens.ops.world import CBM, START, World, address, person_of
from tokens.events import LockUpSet
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.rules import SetLockUp
from tokens.posting import balance_of
from tokens.records.persons import HOLDER_BOOK, LOCK_UP, PERSON_HOLDING
from tokens.records.rules import BalanceRule, HolderCapRule, TierBalance, TierLimit, VelocityRule
from tokens.results import Code


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100)
    fund(made, "b/main", 100)
    return made


def test_a_cap_counts_a_person_over_all_its_accounts(world: World) -> None:
    world.act(RULERS, rule_of("cap"))
    world.finish_agenda()
    world.act("bank_b", transfer(CBM, "b/main", "a/second", 50))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", transfer(CBM, "b/main", "a/main", 1))
    world.act("bank_a", transfer(CBM, "a/main", "a/second", 100))
    holding = world.state.get(PERSON_HOLDING, CBM, person_of("bank_a"))
    assert holding is not None
    assert holding.amount == 150


def test_a_cap_on_the_share_and_on_the_number_of_holders(world: World) -> None:
    share = HolderCapRule(amount_max=None, share_e6=1, holders_max=None)
    world.act(RULERS, rule_of("cap", body=share))
    world.act("bank_a", pay(100))
    count = HolderCapRule(amount_max=None, share_e6=None, holders_max=1)
    world.act(RULERS, rule_of("cap", body=count))
    world.finish_agenda()
    book = world.state.get(HOLDER_BOOK, CBM)
    assert book is not None
    assert (book.holders, book.counted) == (1, None)
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", transfer(CBM, "b/main", "a/main", 1))
    world.act("bank_b", transfer(CBM, "b/main", "a/main", 200))


def test_holders_are_counted_page_by_page_while_money_moves(world: World) -> None:
    for number in range(20):
        world.account(f"client/{number}", None, "bank_a")
        world.act("bank_a", transfer(CBM, "a/main", f"client/{number}", 2))
    world.quota = 3
    world.act(RULERS, rule_of("cap"))
    blocks = 0
    while (book := world.state.get(HOLDER_BOOK, CBM)) is not None and book.counted is not None:
        source, target = f"client/{blocks % 20}", f"client/{(7 * blocks + 3) % 20}"
        if source != target and balance_of(world.state, CBM, address(source)):
            world.act("bank_a", transfer(CBM, source, target, 1 + blocks % 2))
        else:
            world.end_block()
        blocks += 1
    assert blocks > 5
    assert book is not None
    sums: dict[bytes, int] = {}
    for name in ("a/main", "b/main", *(f"client/{number}" for number in range(20))):
        owner = {"a/main": "bank_a", "b/main": "bank_b"}.get(name, name)
        sums[person_of(owner)] = balance_of(world.state, CBM, address(name))
    held = {
        person: 0 if record is None else record.amount
        for person in sums
        for record in [world.state.get(PERSON_HOLDING, CBM, person)]
    }
    assert held == sums
    assert book.holders == sum(1 for amount in sums.values() if amount)


def test_lock_up_of_an_asset_ends_on_its_date(world: World) -> None:
    world.act(RULERS, rule_of("lock"))
    world.refuse(Code.LOCKED_UP, "bank_a", pay())
    go_to(world, LATER)
    world.act("bank_a", pay())


def test_lock_up_of_an_account_keeps_an_amount(world: World) -> None:
    lock = SetLockUp(asset=CBM, account=address("a/main"), amount=70, until=LATER)
    world.refuse(Code.NEEDS_APPROVAL, "central", lock)
    world.refuse(Code.UNKNOWN_ASSET, RULERS, msgspec.structs.replace(lock, asset="NONE"))
    nobody = msgspec.structs.replace(lock, account=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, RULERS, nobody)
    world.refuse(Code.BAD_DATE, RULERS, msgspec.structs.replace(lock, until=START))
    world.refuse(Code.NOT_FOUND, RULERS, msgspec.structs.replace(lock, amount=0))
    world.act(RULERS, lock)
    world.refuse(Code.LOCKED_UP, "bank_a", pay(31))
    world.act("bank_a", pay(30))
    world.act(RULERS, msgspec.structs.replace(lock, amount=60))
    world.refuse(Code.LOCKED_UP, "bank_a", pay(11))
    go_to(world, LATER)
    assert kept(world) == 0
    world.act("bank_a", pay(11))


def test_a_lock_up_is_over_on_its_date_before_the_agenda_has_come_by(world: World) -> None:
    """Of an asset and of an account: the date alone decides."""
    lock = SetLockUp(asset=CBM, account=address("a/main"), amount=100, until=LATER)
    world.act(RULERS, lock, rule_of("lock"))
    world.refuse(Code.LOCKED_UP, "bank_a", pay(1))
    assert world.attempt("central", CloseDay(date=START), OpenDay(date=LATER)) is Code.OK
    assert kept(world) == 100
    world.act("bank_a", pay(100))


def test_accounts_of_the_state_stand_under_no_cap(world: World) -> None:
    """Treasury, tax and reserves hold for no person."""
    fund(world, "a/main", 100)
    world.act(RULERS, rule_of("cap"))
    world.act("bank_a", transfer(CBM, "a/main", "treasury/main", 200))


def kept(world: World) -> int:
    """What must stay in the account, by the record."""
    lock = world.state.get(LOCK_UP, CBM, address("a/main"))
    assert lock is not None
    return lock.amount


def test_an_ended_lock_up_keeps_nothing(world: World) -> None:
    lock = SetLockUp(asset=CBM, account=address("a/main"), amount=70, until=LATER)
    world.act(RULERS, lock)
    world.act(RULERS, msgspec.structs.replace(lock, amount=0))
    assert kept(world) == 0
    world.act("bank_a", pay(100))
    world.refuse(Code.NOT_FOUND, RULERS, msgspec.structs.replace(lock, amount=0))


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_version_of_a_lock_up_is_never_used_twice(world: World, by_hand: bool) -> None:
    """Refusals name it: it counted from 1 again after the lock-up had ended."""
    lock = SetLockUp(asset=CBM, account=address("a/main"), amount=70, until=LATER)
    world.act(RULERS, lock)
    if by_hand:
        world.act(RULERS, msgspec.structs.replace(lock, amount=0))
    else:
        go_to(world, LATER)
    assert kept(world) == 0
    again = msgspec.structs.replace(lock, until=LATER + dt.timedelta(days=7))
    world.act(RULERS, again)
    said = world.last(LockUpSet)
    assert isinstance(said, LockUpSet)
    assert said.version == (3 if by_hand else 2)
    world.refuse(Code.LOCKED_UP, "bank_a", pay(31))


def test_velocity_counts_a_person_and_a_business_date(world: World) -> None:
    world.act("bank_a", transfer(CBM, "a/main", "a/second", 50))
    world.act(RULERS, rule_of("speed"))
    world.act("bank_a", pay(30))
    world.act("bank_a", transfer(CBM, "a/second", "a/main", 50))
    world.act("bank_a", transfer(CBM, "a/main", "a/second", 50))
    world.refuse(Code.VELOCITY_EXCEEDED, "bank_a", transfer(CBM, "a/second", "b/main", 21))
    world.act("bank_a", transfer(CBM, "a/second", "b/main", 20))
    world.refuse(Code.VELOCITY_EXCEEDED, "bank_a", pay(1))
    go_to(world, dt.date(2025, 7, 2))
    world.act("bank_a", pay(20))


def test_a_tier_without_a_limit_is_free(world: World) -> None:
    other = VelocityRule(limits=(TierLimit(tier=2, day_max=1),))
    world.act(RULERS, rule_of("speed", body=other))
    world.act("bank_a", pay(100))


def test_a_balance_is_limited_by_the_tier_of_the_account(world: World) -> None:
    """Of each account; a batch's net effect counts, and what goes out is never stopped."""
    world.account("wallet", None, "bank_a", kyc_tier=1)
    world.write()
    limits = BalanceRule(limits=(TierBalance(tier=1, balance_max=30),))
    world.act(RULERS, rule_of("balance", asset=CBM, body=limits))
    world.act("bank_a", transfer(CBM, "a/main", "wallet", 30))
    world.refuse(Code.HOLDER_CAP_EXCEEDED, "bank_a", transfer(CBM, "a/main", "wallet", 1))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", transfer(CBM, "b/main", "wallet", 1))
    world.act("bank_a", transfer(CBM, "wallet", "a/main", 10))
    world.act("bank_a", transfer(CBM, "a/main", "wallet", 10))
    tighter = BalanceRule(limits=(TierBalance(tier=1, balance_max=5),))
    world.act(RULERS, rule_of("balance", asset=CBM, body=tighter))
    world.act("bank_a", transfer(CBM, "wallet", "a/main", 1))
    world.act("bank_b", transfer(CBM, "b/main", "a/main", 100))
