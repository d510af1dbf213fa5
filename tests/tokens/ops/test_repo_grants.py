"""A bank lends the power over its repos (ProposeRepo, AcceptRepo, ...): each step, and its caps."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN
from tests.tokens.ops.repo_build import (
    CASH,
    DAY,
    accept,
    mark,
    market,
    open_repo,
    propose,
    repo_of,
    repo_terms,
    today,
)
from tests.tokens.ops.test_repo_margin import add, swap, take
from tests.tokens.ops.test_repo_out import defaulted
from tests.tokens.ops.world import CBM, World, address
from tokens.ops import OPERATIONS
from tokens.ops.grants import GrantPower
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral, TakeExcess
from tokens.ops.repo_steps import CloseOutRepo, CloseRepo, RecallRepo
from tokens.ops.repos import WithdrawRepo, repo_id
from tokens.records.proposals import GRANT
from tokens.records.repos import RepoKind, RepoMode, RepoStatus
from tokens.results import Code
from tokens.types import AccountPurpose

DESK = "issuer"
"""To whom the banks lend their power."""
FAMILIES = ("repos", "repo_steps", "repo_margin")


def lend(
    world: World, operation: str, cap: int = 2**62, grantor: str = "bank_a", **changes: object
) -> None:
    made = GrantPower(
        grantor=address(grantor),
        grantee=address(DESK),
        operation=operation,
        asset=CBM,
        sources=(),
        targets=(),
        cap_call=cap,
        cap_day=cap,
        cap_total=cap,
        expires_on=today(world) + dt.timedelta(days=90),
    )
    world.act(grantor, msgspec.structs.replace(made, **changes))


def used(world: World, operation: str, grantor: str = "bank_a") -> int:
    grant = world.state.get(GRANT, address(grantor), address(DESK), operation, CBM)
    assert grant is not None
    return grant.used_total


def step(world: World, operation: msgspec.Struct, name: str, grantor: str = "bank_a") -> None:
    """Refused without the power, done with it."""
    names_it = name != "propose_repo"
    world.refuse(Code.NOT_FOUND if names_it else Code.NOT_A_PARTY, DESK, operation)
    lend(world, name, grantor=grantor)
    world.act(DESK, operation)


def test_every_operation_of_a_repo_can_be_lent() -> None:
    of_repos = [spec for spec in OPERATIONS if spec.family in FAMILIES]
    assert len(of_repos) == 9
    assert all(spec.grantable for spec in of_repos)


def test_a_repo_is_proposed_and_accepted_by_a_desk() -> None:
    """Caps count the cash that is lent, of seller and buyer apart."""
    world = market()
    terms = repo_terms()
    step(world, propose(terms), "propose_repo")
    assert used(world, "propose_repo") == CASH
    step(world, accept(terms), "accept_repo", "bank_b")
    assert used(world, "accept_repo", "bank_b") == CASH
    assert world.balance(CBM, "a/main") > 0


def test_a_cap_and_a_list_of_accounts_hold() -> None:
    world = market()
    terms = repo_terms()
    lend(world, "propose_repo", CASH - 1)
    world.refuse(Code.GRANT_EXHAUSTED, DESK, propose(terms))
    world = market()
    lend(world, "propose_repo", sources=(address("a/second"),))
    world.refuse(Code.NOT_A_PARTY, DESK, propose(terms))
    made = msgspec.structs.replace(propose(terms), cash=address("a/second"))
    world.act(DESK, made)
    lend(world, "accept_repo", CASH - 1, grantor="bank_b")
    world.refuse(Code.GRANT_EXHAUSTED, DESK, accept(terms))


def test_accounts_of_others_are_not_reached() -> None:
    """The desk acts as the bank, no more: not over its own accounts, nor those of the other."""
    world = market()
    world.account("d/main", DESK, DESK, purpose=AccountPurpose.GENERAL)
    lend(world, "propose_repo")
    for name in ("b/main", "d/main"):
        world.refuse(Code.NOT_AUTHORISED, DESK, propose(repo_terms(), name))


def test_a_proposal_is_withdrawn_by_a_desk() -> None:
    world = market()
    world.act("bank_a", propose(repo_terms()))
    repo = repo_id(address("bank_a"), repo_terms())
    step(world, WithdrawRepo(repo=repo), "withdraw_repo", "bank_b")
    assert repo_of(world, repo).status is RepoStatus.WITHDRAWN


def test_a_repo_is_repaid_by_a_desk() -> None:
    """The cap counts the price, which on the first day is the cash."""
    world = market()
    repo = open_repo(world, kind=RepoKind.OPEN, end=None)
    lend(world, "close_repo", CASH - 1)
    world.refuse(Code.GRANT_EXHAUSTED, DESK, CloseRepo(repo=repo))
    world.state.delete(GRANT, address("bank_a"), address(DESK), "close_repo", CBM)
    step(world, CloseRepo(repo=repo), "close_repo")
    assert used(world, "close_repo") == CASH


def test_a_repo_is_recalled_by_a_desk() -> None:
    world = market()
    repo = open_repo(world, kind=RepoKind.OPEN, end=None)
    step(world, RecallRepo(repo=repo, end=today(world) + DAY), "recall_repo", "bank_b")


def test_a_default_is_closed_out_by_the_desk_of_the_other_party() -> None:
    world, repo = defaulted(mode=RepoMode.PLEDGE)
    lend(world, "close_out_repo")
    step(world, CloseOutRepo(repo=repo), "close_out_repo", "bank_b")


@pytest.mark.parametrize("kind", [AddCollateral, TakeExcess, SubstituteCollateral])
def test_collateral_is_managed_by_a_desk(kind: type[msgspec.Struct]) -> None:
    world = market()
    repo = open_repo(world)
    mark(world, 1_000_000)
    made, name = {
        AddCollateral: (add(repo, FACE), "add_collateral"),
        TakeExcess: (take(repo, FACE), "take_excess"),
        SubstituteCollateral: (swap(repo, FACE, 2 * FACE), "substitute_collateral"),
    }[kind]
    step(world, made, name)


def test_money_that_is_added_counts() -> None:
    world = market()
    repo = open_repo(world)
    lend(world, "add_collateral", 10)
    made = AddCollateral(repo=repo, asset=CBM, amount=11)
    world.refuse(Code.GRANT_EXHAUSTED, DESK, made)
    world.act(DESK, msgspec.structs.replace(made, amount=10))
    world.act(DESK, AddCollateral(repo=repo, asset=ISIN, amount=FACE))
    assert used(world, "add_collateral") == 10
