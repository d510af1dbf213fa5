"""A revoked exchange whose clients all get out, each by its own way."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, transfer
from tests.tokens.ops.standing import suspend
from tests.tokens.ops.test_circuit import ramp
from tests.tokens.ops.test_control import BASIS, freeze
from tests.tokens.ops.test_licences import APPLY, REVOKE, licensed
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.world import CBM, START, World, address
from tokens import posting
from tokens.eligibility import Channel
from tokens.events import ServicerChanged
from tokens.lookup import require_account, require_asset
from tokens.ops.accounts import CloseAccount
from tokens.ops.freezes import LiftFreeze, StopCredits
from tokens.ops.reassignment import ReassignServicing
from tokens.ops.unclaimed import PayUnclaimed
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.holdings import BANK_TOTAL, LIEN
from tokens.records.licences import LICENCE
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import AccountStatus, LicencePhase
from tokens.unclaimed import unclaimed_account_of

CLIENTS = tuple(f"client/{number}" for number in range(12))
RECEIVER = "bank_b+va"


def reassign(*names: str, to: str = "bank_b") -> ReassignServicing:
    return ReassignServicing(
        accounts=tuple(sorted(address(name) for name in names)), to=address(to)
    )


def total(world: World, bank: str, asset: str = CBM) -> int:
    found = world.state.get(BANK_TOTAL, address(bank), asset)
    return 0 if found is None else found.amount


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 1_000 * FACE)
    for name in CLIENTS:
        made.account(name, None, "bank_a", person=name)
        made.act("bank_a", transfer(CBM, "a/main", name, 10 * FACE))
    licensed(made)
    return made


def test_a_revoked_exchange_whose_clients_all_get_out(world: World) -> None:
    """By reassignment with a bond, a freeze and a coupon to come; by transfer; by off-ramp."""
    isin = bond(world)
    issue(world, isin, "bank_a", CLIENTS[0], FACE, FACE)
    world.act("fiu", freeze(CBM, 5, account=address(CLIENTS[1])))
    before = total(world, "bank_a") + total(world, "bank_b")
    world.act("va", REVOKE)
    for name in CLIENTS:
        world.refuse(Code.EXIT_ONLY, "bank_a", transfer(CBM, name, "b/main", 1))
        world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", transfer(CBM, "b/main", name, 1))
    world.account("own/elsewhere", None, "bank_b", person=CLIENTS[2])
    world.act("bank_a", transfer(CBM, CLIENTS[2], "own/elsewhere", 10 * FACE))
    world.act("bank_a", CloseAccount(id=address(CLIENTS[2])))
    assert ramp(world, CLIENTS[3], None, Channel.OFF_RAMP) == []
    assert ramp(world, CLIENTS[3], None, Channel.ORDINARY) == [Code.EXIT_ONLY]
    rest = [name for name in CLIENTS if name != CLIENTS[2]]
    world.quota = 4
    world.act(RECEIVER, reassign(*rest))
    assert world.finish_agenda() > 1
    for name in rest:
        account = world.state.get(ACCOUNT, address(name))
        assert account is not None
        assert account.servicer == address("bank_b")
        assert world.balance(CBM, name) == (9 if name == CLIENTS[0] else 10) * FACE
    assert total(world, "bank_a") + total(world, "bank_b") == before
    assert total(world, "bank_b") == 119 * FACE
    assert total(world, "bank_b", isin) == FACE
    assert len([e for e in world.events if isinstance(e, ServicerChanged)]) == len(rest)
    # everybody moves again, but for what an order holds
    for name in rest:
        free = world.balance(CBM, name) - (5 if name == CLIENTS[1] else 0)
        world.act("bank_b", transfer(CBM, name, "b/main", free))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_b", transfer(CBM, CLIENTS[1], "b/main", 1))


def test_an_application_after_the_end_keeps_nobody_in(world: World) -> None:
    """The licence table opens nothing for an applicant; its clients leave all the same."""
    world.act(RULERS, rule_of("licence"))
    for name in ("bank_b", "bank_a"):
        suspend(world, name)
    licence = world.state.get(LICENCE, address("bank_b"))
    assert licence is not None
    stands = msgspec.structs.replace(licence, phase=LicencePhase.LICENSED, expires_on=START.max)
    world.state.put(LICENCE, stands)
    for name in (CLIENTS[0], CLIENTS[1]):
        world.account(f"{name}/elsewhere", None, "bank_b", person=name)
    leave = transfer(CBM, CLIENTS[0], f"{CLIENTS[0]}/elsewhere", FACE)
    world.act("va", REVOKE)
    world.act("bank_a", APPLY)
    world.act("bank_a", leave)
    assert ramp(world, CLIENTS[0], None, Channel.OFF_RAMP) == []
    world.act(RECEIVER, reassign(CLIENTS[2]))
    world.act("bank_b", transfer(CBM, CLIENTS[2], "b/main", 1))
    # neither does an institution that never had a licence
    world.state.delete(LICENCE, address("bank_a"))
    world.refuse(Code.LICENCE_REQUIRED, "bank_a", transfer(CBM, CLIENTS[1], "b/main", 1))
    world.act("bank_a", transfer(CBM, CLIENTS[1], f"{CLIENTS[1]}/elsewhere", FACE))
    assert ramp(world, CLIENTS[1], None, Channel.OFF_RAMP) == []


def test_unclaimed_money_goes_along(world: World) -> None:
    name = CLIENTS[0]
    _leave_unclaimed(world, name, 7)
    world.act("va", REVOKE)
    world.act(RECEIVER, reassign(name))
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    assert account.servicer == address("bank_b")
    world.act("bank_b", paid_out(name))
    assert world.balance(CBM, name) == 10 * FACE + 7


def test_unclaimed_money_under_an_order_stays_where_it_is_until_it_is_free(
    world: World,
) -> None:
    """Its account goes at once; the money is tried again on each business date."""
    name = CLIENTS[0]
    keeper = _leave_unclaimed(world, name, 7)
    world.act("fiu", freeze(None, None, account=keeper))
    world.act("va", REVOKE)
    world.act(RECEIVER, reassign(name))
    assert keeper_of(world, name) == keeper
    world.refuse(Code.ACCOUNT_FROZEN, "bank_b", paid_out(name))
    for day in (2, 3):
        go_to(world, START.replace(day=day))
        assert keeper_of(world, name) == keeper
    world.act("fiu", LiftFreeze(order_id=bytes([7]) * 32))
    go_to(world, START.replace(day=4))
    moved = world.state.get(ACCOUNT, keeper_of(world, name))
    assert moved is not None
    assert (moved.servicer, world.balance(CBM, name)) == (address("bank_b"), 10 * FACE)
    world.act("bank_b", paid_out(name))


def paid_out(name: str) -> PayUnclaimed:
    account = address(name)
    return PayUnclaimed(account=account, security="X", payment=1, target=account)


def keeper_of(world: World, name: str) -> bytes:
    """Where its unclaimed money lies."""
    entry = world.state.get(UNCLAIMED, address(name), "X", 1)
    assert entry is not None
    return entry.keeper


def _leave_unclaimed(world: World, name: str, amount: int) -> bytes:
    """Money for a client that lies with bank_a; returns the account that keeps it."""
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    keeper = unclaimed_account_of(world.state, account)
    context = world.context(world.actors("bank_a"))
    asset = require_asset(world.state, CBM)
    posting.move(context, asset, require_account(world.state, address("a/main")), keeper, amount)
    entry = Unclaimed(
        account=account.id,
        asset=CBM,
        security="X",
        payment=1,
        amount=amount,
        since=START,
        keeper=keeper.id,
    )
    world.state.put(UNCLAIMED, entry)
    return keeper.id


def test_reassignment_is_refused(world: World) -> None:
    name = CLIENTS[0]
    world.refuse(Code.NEEDS_APPROVAL, "bank_b", reassign(name))
    world.refuse(Code.UNKNOWN_PARTICIPANT, RECEIVER, reassign(name, to="nobody"))
    world.refuse(Code.NOT_AUTHORISED, "va", reassign(name))
    world.refuse(Code.ROLE_REQUIRED, "treasury+va", reassign(name, to="treasury"))
    world.refuse(Code.NOT_AUTHORISED, RECEIVER, reassign(name))
    world.refuse(Code.UNKNOWN_ACCOUNT, RECEIVER, reassign("nobody"))
    world.refuse(Code.BAD_FIELD, RECEIVER, reassign("b/main"))
    world.act("va", REVOKE)
    world.refuse(Code.BAD_FIELD, RECEIVER, reassign("a/main"))
    two = reassign(name, CLIENTS[1])
    turned = msgspec.structs.replace(two, accounts=two.accounts[::-1])
    world.refuse(Code.BAD_FIELD, RECEIVER, turned)
    world.refuse(Code.LICENCE_REQUIRED, "bank_a+va", reassign(name, to="bank_a"))
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, RECEIVER, reassign(name))


def test_an_institution_that_stands_must_agree(world: World) -> None:
    """A client changes its bank without any licence ending."""
    world.act("bank_b+bank_a+va", reassign(CLIENTS[0]))
    account = world.state.get(ACCOUNT, address(CLIENTS[0]))
    assert account is not None
    assert account.servicer == address("bank_b")
    licence = world.state.get(LICENCE, address("bank_a"))
    assert licence is not None
    assert licence.phase is LicencePhase.LICENSED
    assert world.state.scan(LIEN, LIEN.indexes[0], (account.id,), limit=1) == []


def test_a_stopped_account_goes_along_with_its_stop(world: World) -> None:
    world.act("fiu", StopCredits(account=address(CLIENTS[0]), stopped=True, basis=BASIS))
    world.act("va", REVOKE)
    world.act(RECEIVER, reassign(CLIENTS[0]))
    world.refuse(Code.CREDIT_STOPPED, "bank_b", transfer(CBM, "b/main", CLIENTS[0], 1))
