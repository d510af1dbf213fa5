"""Where one side is not asked, a closed circuit and the lock-up of an account still stop it."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import ISIN
from tests.tokens.ops.standing import recover
from tests.tokens.ops.test_circuit import EVERYTHING
from tests.tokens.ops.test_repo_out import defaulted
from tests.tokens.ops.test_rule_codes import MOVES, OFF, Case, _ruled, attempt
from tests.tokens.ops.world import CBM, address
from tokens.ops.enforcement_steps import AppropriatePledge
from tokens.ops.on_ramps import OpenOnRamp
from tokens.ops.order_changes import ReplaceOrder
from tokens.ops.orders import PlaceOrder
from tokens.ops.repo_steps import CloseOutRepo
from tokens.records.instruments import ASSET
from tokens.records.market import ORDER
from tokens.records.persons import LOCK_UP, LockUp
from tokens.records.repos import REPO, RepoMode
from tokens.records.rules import JurisdictionRule
from tokens.records.settlement import CASH_ROUTE, CashRoute
from tokens.results import Code
from tokens.types import AssetFlag

change = msgspec.structs.replace


def closed(case: Case, residency: str) -> None:
    """A matrix that allows everything, and one class in a circuit of its own."""
    _ruled(case, JurisdictionRule(rows=(EVERYTHING,), closed=(residency,)))


@pytest.mark.parametrize("move", [OpenOnRamp, *OFF])
def test_a_closed_circuit_is_entered_and_left_against_something(
    move: type[msgspec.Struct],
) -> None:
    case = MOVES[move]()
    closed(case, "RESIDENT")
    told = (Code.JURISDICTION_REFUSED, Code.COUNTERPARTY_NOT_ELIGIBLE)
    assert attempt(case) in told


@pytest.mark.parametrize("move", [PlaceOrder, ReplaceOrder])
def test_money_of_one_class_buys_nothing_for_another(move: type[msgspec.Struct]) -> None:
    """The bonds would come into a circuit that the money does not leave."""
    world, who, operation = case = MOVES[move]()
    world.account("a/abroad", "bank_a", "bank_a", residency="FOREIGN")
    state = world.state
    if isinstance(operation, ReplaceOrder):
        order = state.get(ORDER, operation.order)
        assert order is not None
        state.put(ORDER, change(order, cash_account=address("a/abroad")))
    else:
        route = CashRoute(account=address("a/main"), asset=CBM, cash_account=address("a/abroad"))
        state.put(CASH_ROUTE, route)
    closed(case, "FOREIGN")
    assert world.attempt(who, operation) is Code.JURISDICTION_REFUSED


def test_a_close_out_takes_nothing_into_a_circuit_that_pays_nothing() -> None:
    """The bonds would go to an account of one class; what they are worth too much another pays."""
    world, who, operation = case = MOVES[CloseOutRepo]()
    assert isinstance(operation, CloseOutRepo)
    world.account("b/abroad", "bank_b", "bank_b", residency="FOREIGN")
    repo = world.state.get(REPO, operation.repo)
    assert repo is not None
    world.state.put(REPO, change(repo, buyer_securities=address("b/abroad")))
    closed(case, "FOREIGN")
    assert world.attempt(who, operation) is Code.JURISDICTION_REFUSED


def test_title_is_not_taken_into_a_circuit_that_pays_nothing() -> None:
    world, who, operation = case = MOVES[AppropriatePledge]()
    assert isinstance(operation, AppropriatePledge)
    world.account("b/abroad", "bank_b", "bank_b", residency="FOREIGN")
    closed(case, "FOREIGN")
    abroad = change(operation, account=address("b/abroad"))
    assert world.attempt(who, abroad) is Code.JURISDICTION_REFUSED


def test_a_buyer_whose_keys_are_recovered_gives_no_title_back() -> None:
    """What was pledged is taken by right; what was sold is given."""
    world, repo = defaulted(mode=RepoMode.TITLE)
    recover(world, "b/main")
    assert world.attempt("bank_b", CloseOutRepo(repo=repo)) is Code.RECOVERY_OPEN


def test_a_lock_up_of_the_pledgors_account_stops_a_close_out() -> None:
    case = MOVES[CloseOutRepo]()
    state = case[0].state
    asset = state.get(ASSET, ISIN)
    assert asset is not None
    state.put(ASSET, change(asset, flags=asset.flags | AssetFlag.LOCKED_UP))
    whole = case[0].balance(ISIN, "a/main")
    lock = LockUp(
        asset=ISIN,
        account=address("a/main"),
        version=1,
        amount=whole,
        until=dt.date(2027, 1, 1),
    )
    state.put(LOCK_UP, lock)
    assert attempt(case) in (Code.LOCKED_UP, Code.COUNTERPARTY_NOT_ELIGIBLE)
