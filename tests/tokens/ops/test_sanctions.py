"""Sanctions lists: at once for movements, by the agenda for what is held, and nobody is told."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, issue, transfer
from tests.tokens.ops.test_control import BASIS, freeze, seize
from tests.tokens.ops.world import CBM, World, address, person_of
from tokens import screening
from tokens.events import AccountScreened
from tokens.ops import persons as ops
from tokens.ops.freezes import LiftFreeze
from tokens.ops.persons import UpdateSanctions
from tokens.posting import available
from tokens.records.holdings import LIEN, POSITION
from tokens.records.proposals import APPROVAL_POLICY
from tokens.results import Code
from tokens.types import LienKind

LISTERS = "fiu+central"


def update(version: int, **changes: object) -> UpdateSanctions:
    values: dict[str, object] = {
        "list": "un",
        "version": version,
        "add": (),
        "remove": (),
        "basis": BASIS,
    }
    return UpdateSanctions(**(values | changes))  # type: ignore[arg-type]


ONE = (person_of("bank_a"),)


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100)
    fund(made, "b/main", 100)
    return made


def test_nothing_passes_from_the_block_that_lists_a_person(world: World) -> None:
    code = world.attempt(LISTERS, update(1, add=ONE))
    assert code is Code.OK
    world.refuse(Code.UNDER_REVIEW, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    world.refuse(Code.UNDER_REVIEW, "bank_b", transfer(CBM, "b/main", "a/main", 1))
    world.refuse(Code.UNDER_REVIEW, "bank_a", transfer(CBM, "a/main", "a/second", 1))


def test_holdings_are_rescreened_by_the_agenda_and_can_be_seized(world: World) -> None:
    world.act(LISTERS, update(1, add=ONE))
    told = world.last(AccountScreened)
    assert isinstance(told, AccountScreened)
    assert (told.list, told.version, told.frozen) == ("un", 1, True)
    for name in ("a/main", "a/second"):
        liens = world.state.scan(LIEN, LIEN.indexes[0], (address(name),), limit=9)
        assert [(lien.kind, lien.owner) for lien in liens] == [(LienKind.FREEZE, address("fiu"))]
    assert available(world.state.get(POSITION, CBM, address("a/main"))) == 0
    order = next(
        event.order
        for event in world.events
        if isinstance(event, AccountScreened) and event.account == address("a/main")
    )
    world.act("central+fiu", seize(100, order_id=order))
    assert world.balance(CBM, "treasury/main") == 100


def test_accounts_are_screened_in_pages(world: World) -> None:
    for number in range(9):
        world.account(f"more/{number}", None, "bank_b", person="bank_a")
    world.quota = 4
    world.act(LISTERS, update(1, add=ONE))
    assert world.finish_agenda() > 2
    screened = [event for event in world.events if isinstance(event, AccountScreened)]
    assert len(screened) == len({event.account for event in screened}) == 11


def test_what_comes_in_by_service_is_caught(world: World) -> None:
    """A coupon still arrives, and stays."""
    isin = bond(world)
    fund(world, "b/main", 20 * FACE)
    issue(world, isin, "bank_b", "b/main", FACE, FACE)
    world.act(LISTERS, update(1, add=(person_of("bank_b"),)))
    position = world.state.get(POSITION, isin, address("b/main"))
    assert available(position) == 0
    world.refuse(Code.ACCOUNT_FROZEN, "bank_b", transfer(isin, "b/main", "a/main", FACE))


def test_a_person_taken_off_is_free_but_for_other_lists_and_orders(world: World) -> None:
    world.act(LISTERS, update(1, add=ONE))
    world.act(LISTERS, update(1, list="home", add=ONE))
    world.act(LISTERS, update(2, remove=ONE))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    world.refuse(Code.UNDER_REVIEW, "bank_b", transfer(CBM, "b/main", "a/main", 1))
    world.act(LISTERS, update(2, list="home", remove=ONE))
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 1))
    assert world.state.scan(LIEN, LIEN.indexes[0], (address("a/main"),), limit=9) == []


def test_an_order_under_the_id_of_the_screening_keeps_nobody_out(world: World) -> None:
    taken, lien = screening._order_of(world.state, "un", address("a/main"))
    assert lien is None
    world.act("regulator", freeze(CBM, 1, order_id=taken, account=address("b/main")))
    world.act(LISTERS, update(1, add=ONE))
    order, lien = screening._order_of(world.state, "un", address("a/main"))
    assert lien is not None
    assert order != taken
    world.act(LISTERS, update(2, remove=ONE))
    assert world.state.get(LIEN, order) is None
    assert world.state.get(LIEN, taken) is not None


def test_an_order_that_its_authority_lifted_still_lets_nothing_pass(world: World) -> None:
    world.act(LISTERS, update(1, add=ONE))
    order, _ = screening._order_of(world.state, "un", address("a/main"))
    world.act("fiu", LiftFreeze(order_id=order))
    world.refuse(Code.UNDER_REVIEW, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    world.act(LISTERS, update(2, remove=ONE))


def test_update_sanctions_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.refuse(Code.NEEDS_APPROVAL, "fiu", update(1, add=ONE))
    world.refuse(Code.VERSION_MISMATCH, LISTERS, update(2, add=ONE))
    two = tuple(sorted((person_of("x"), person_of("y"))))
    world.refuse(Code.BAD_FIELD, LISTERS, update(1, add=two[::-1]))
    world.refuse(Code.BAD_FIELD, LISTERS, update(1, add=ONE, remove=ONE))
    world.refuse(Code.NOT_FOUND, LISTERS, update(1, remove=ONE))
    world.act(LISTERS, update(1, add=ONE))
    world.refuse(Code.ALREADY_EXISTS, LISTERS, update(2, add=ONE))
    world.refuse(Code.VERSION_MISMATCH, LISTERS, update(1, add=two))
    monkeypatch.setattr(ops, "LISTS_MAX", 1)
    world.refuse(Code.RULE_LIMIT, LISTERS, update(1, list="home"))


def test_a_list_belongs_to_its_authority(world: World) -> None:
    policy = world.state.get(APPROVAL_POLICY, "sanctions")
    assert policy is not None
    either = msgspec.structs.replace(policy, required=(), approvals_min=1)
    world.state.put(APPROVAL_POLICY, either)
    world.act("fiu", update(1))
    world.refuse(Code.NOT_THE_AUTHORITY, "regulator", update(2))
    world.refuse(Code.ROLE_REQUIRED, "central", update(2))
