"""What the buyer in a repo learns of the seller's accounts (page 04, Privacy)."""

from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN, transfer
from tests.tokens.ops.repo_build import (
    BASIS,
    accept,
    change_account,
    freeze,
    market,
    propose,
    repo_terms,
)
from tests.tokens.ops.standing import recover
from tests.tokens.ops.world import World, address
from tokens.ops import SPEC_OF
from tokens.ops.freezes import StopCredits
from tokens.ops.repos import AcceptRepo
from tokens.records.repos import RepoMode
from tokens.results import Code
from tokens.types import AccountStatus

PAPER = "a/paper"
"""The seller's account of the collateral; its money comes to another one."""


def stopped(world: World) -> None:
    world.act("fiu", StopCredits(account=address(PAPER), stopped=True, basis=BASIS))


def frozen(world: World) -> None:
    world.act("fiu", freeze(PAPER))


def recovered(world: World) -> None:
    recover(world, PAPER)


def closed(world: World) -> None:
    change_account(world, PAPER, status=AccountStatus.CLOSED)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (stopped, Code.UNDER_REVIEW),
        (frozen, Code.UNDER_REVIEW),
        (recovered, Code.COUNTERPARTY_NOT_ELIGIBLE),
        (closed, Code.COUNTERPARTY_NOT_ELIGIBLE),
    ],
)
def test_a_buyer_is_not_told_what_is_wrong_with_what_is_pledged_to_it(
    harm: Callable[[World], None], told: Code
) -> None:
    """A credit stop of the paper's account reached the pledge alone, and was told by its name."""
    world = market()
    world.account(PAPER, "bank_a", "bank_a")
    world.act("bank_a", transfer(ISIN, "a/main", PAPER, 200 * FACE))
    made = repo_terms(mode=RepoMode.PLEDGE)
    world.act("bank_a", msgspec.structs.replace(propose(made), securities=address(PAPER)))
    harm(world)
    context = world.context(world.actors("bank_b"))
    found = {each.code for each in SPEC_OF[AcceptRepo].check(context, accept(made))}
    assert found == {told}
