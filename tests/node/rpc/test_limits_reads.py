"""Reads of limits: velocity, lock-ups and the closed circuit as the checks 5, 8 and 10 see them."""

import datetime as dt

import msgspec
import pytest

from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call, Caller, Tier
from node.rpc.methods.limits import get_cash_routes, get_limits, get_lock_ups
from node.sdk.schema.account import AccountListParams
from node.sdk.schema.limits import AccountLimits, LimitsParams
from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tests.node.rpc.small_ledger import ALICE, BOB, COIN, RESERVE, small_node
from tests.node.rpc.small_money import GOLD
from tokens.jsonform import JsonForm
from tokens.records.day import BUSINESS_DAY, BusinessDay
from tokens.records.parties import ACCOUNT
from tokens.records.persons import LOCK_UP, SPENDING
from tokens.types import AccountPurpose

LATER = dt.date(2026, 1, 2)


def call() -> Call:
    node = small_node()
    caller = Caller(name="test", tiers=frozenset({Tier.READ}), charge=lambda _: None)
    return Call(api=node, form=JsonForm("tmhr"), tip=node.tip(), caller=caller)


def limits(asked: Call, account: bytes = BOB, asset: str = GOLD) -> AccountLimits:
    return get_limits(asked, LimitsParams(account=account, asset=asset))


def of_account(asked: Call, **changes: object) -> AccountLimits:
    """Bob's, with another account of his."""
    bob = asked.state.get(ACCOUNT, BOB)
    assert bob is not None
    asked.state.put(ACCOUNT, msgspec.structs.replace(bob, **changes))
    return limits(asked)


def test_what_a_person_gave_today_is_taken_from_the_limit_of_the_tier() -> None:
    asked = call()
    found = limits(asked)
    assert (found.business_date, found.spent) == (BUSINESS_DATE, 300)
    (day,) = found.velocity
    assert (day.rule, day.version, day.day_max, day.left) == ("gold-day", 2, 1_000, 700)
    spent = asked.state.get(SPENDING, digest_of("person bob"), GOLD)
    assert spent is not None
    asked.state.put(SPENDING, msgspec.structs.replace(spent, amount=1_001))
    assert limits(asked).velocity[0].left == 0
    (day,) = of_account(asked, kyc_tier=2).velocity
    assert (day.day_max, day.left) == (9_000, 7_999)
    assert of_account(asked, kyc_tier=3).velocity == ()
    assert of_account(asked, kyc_tier=1, purpose=AccountPurpose.RESERVE).velocity == ()


def test_a_new_date_begins_with_nothing_given_and_ends_lock_ups() -> None:
    """The agenda has not come by, and all of it is over all the same."""
    asked = call()
    before = limits(asked)
    assert before.lock_up is not None
    assert (before.lock_up.amount, before.lock_up.until) == (500, LATER)
    assert [(lock.rule, lock.until) for lock in before.asset_lock_ups] == [("gold-later", LATER)]
    asked.state.put(BUSINESS_DAY, BusinessDay(date=LATER, open=True, calendar="PK"))
    after = limits(asked)
    assert (after.spent, after.velocity[0].left) == (0, 1_000)
    assert (after.lock_up, after.asset_lock_ups) == (None, ())


def test_a_lock_up_of_nothing_is_none() -> None:
    asked = call()
    lock = asked.state.get(LOCK_UP, GOLD, BOB)
    assert lock is not None
    asked.state.put(LOCK_UP, msgspec.structs.replace(lock, amount=0))
    assert limits(asked).lock_up is None


def test_in_a_closed_circuit_what_is_available_may_leave() -> None:
    asked = call()
    found = limits(asked)
    assert (found.residency, found.closed_by, found.repatriable) == ("RESIDENT", (), 0)
    found = of_account(asked, residency="NRVA")
    # 3,000 of which a delivery holds 2,000
    assert (found.residency, found.closed_by, found.repatriable) == (
        "NRVA",
        ("gold-circuit",),
        1_000,
    )


def test_where_nothing_limits_the_answer_says_so() -> None:
    found = limits(call(), ALICE, COIN)
    assert (found.spent, found.velocity, found.lock_up) == (0, (), None)
    assert (found.asset_lock_ups, found.closed_by, found.repatriable) == ((), (), 0)


def test_lists_are_of_one_account() -> None:
    asked = call()
    (lock,) = get_lock_ups(asked, AccountListParams(account=BOB)).items
    assert (lock.asset, lock.account, lock.amount) == (GOLD, BOB, 500)
    (route,) = get_cash_routes(asked, AccountListParams(account=BOB)).items
    assert (route.asset, route.cash_account) == (COIN, ALICE)
    for account in (ALICE, RESERVE):
        params = AccountListParams(account=account)
        assert get_lock_ups(asked, params).items == ()
        assert get_cash_routes(asked, params).items == ()


def test_what_there_is_not_is_not_found() -> None:
    nobody = AccountListParams(account=address_of("nowhere"))
    for ask in (get_lock_ups, get_cash_routes):
        with pytest.raises(RpcError) as seen:
            ask(call(), nobody)
        assert seen.value.code is RpcCode.NOT_FOUND
    for account, asset in ((address_of("nowhere"), GOLD), (BOB, "NONE")):
        with pytest.raises(RpcError) as seen:
            limits(call(), account, asset)
        assert seen.value.code is RpcCode.NOT_FOUND
