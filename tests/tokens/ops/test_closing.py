"""An account closes only when nothing is left of it (page 04, the table: CLOSED)."""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.ops.build import fund, transfer
from tests.tokens.ops.test_control import freeze
from tests.tokens.ops.world import CBM, START, World, address
from tokens.lookup import require, require_account, require_asset
from tokens.ops.accounts import CloseAccount
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.proposals import GRANT, Grant
from tokens.records.repos import REPO_USE, RepoUse
from tokens.results import Code
from tokens.types import AccountStatus
from tokens.unclaimed import unclaimed_account_of

CLIENT = address("client")
CLOSE = CloseAccount(id=CLIENT)


def balance(world: World) -> None:
    world.act("bank_a", transfer(CBM, "a/main", "client", 1))


def order(world: World) -> None:
    """A freeze of what may come: the address of a closed account receives no more."""
    world.act("fiu", freeze(CBM, None, account=CLIENT))


def order_of_everything(world: World) -> None:
    world.act("fiu", freeze(None, None, account=CLIENT))


def unclaimed(world: World) -> None:
    keeper = unclaimed_account_of(world.state, require_account(world.state, CLIENT))
    entry = Unclaimed(
        account=CLIENT,
        asset=CBM,
        security="X",
        payment=1,
        amount=1,
        since=START,
        keeper=keeper.id,
    )
    world.state.put(UNCLAIMED, entry)


def grant(world: World) -> None:
    lent = Grant(
        grantor=CLIENT,
        grantee=address("bank_b"),
        operation="propose_repo",
        asset=CBM,
        sources=(),
        targets=(),
        cap_call=1,
        cap_day=1,
        cap_total=1,
        used_day=0,
        used_total=0,
        used_on=START,
        expires_on=dt.date(2030, 1, 1),
    )
    world.state.put(GRANT, lent)


def repo(world: World) -> None:
    world.state.put(REPO_USE, RepoUse(account=CLIENT, count=1))


def unpaid_record(world: World) -> None:
    """It held units at a record that is not paid yet, and has none now."""
    balance(world)
    world.act("bank_a", transfer(CBM, "client", "a/main", 1))
    asset = require_asset(world.state, CBM)
    world.state.put(ASSET, msgspec.structs.replace(asset, unpaid_record=1))


LEFT: tuple[Callable[[World], None], ...] = (
    balance,
    order,
    order_of_everything,
    unclaimed,
    grant,
    repo,
    unpaid_record,
)


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 10)
    made.account("client", None, "bank_a")
    return made


@pytest.mark.parametrize("leave", LEFT, ids=lambda leave: leave.__name__)
def test_what_is_left_keeps_an_account_open(world: World, leave: Callable[[World], None]) -> None:
    leave(world)
    assert world.attempt("bank_a", CLOSE) is Code.ACCOUNT_NOT_EMPTY


def test_with_nothing_left_it_closes(world: World) -> None:
    world.act("bank_a", CLOSE)
    assert require(world.state, ACCOUNT, CLIENT).status is AccountStatus.CLOSED
