"""What users of other ledgers complain about in freezes and seizures: one named test each."""

import datetime as dt

import pytest

from tests.tokens.ops.build import fund, go_to, instruct, leg, transfer
from tests.tokens.ops.test_control import BASIS, ORDER, freeze, seize
from tests.tokens.ops.test_licences import REVOKE, licensed
from tests.tokens.ops.test_rules import BODIES, RULERS, rule_of
from tests.tokens.ops.test_sanctions import LISTERS, update
from tests.tokens.ops.world import CBM, START, World, address, person_of
from tokens import posting
from tokens.lookup import require_account, require_asset
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import StopCredits
from tokens.ops.unclaimed import PayUnclaimed
from tokens.posting import available
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.holdings import LIEN, POSITION
from tokens.results import Code
from tokens.unclaimed import unclaimed_account_of

OTHER = bytes([9]) * 32


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100)
    return made


def free(world: World, name: str = "a/main") -> int:
    return available(world.state.get(POSITION, CBM, address(name)))


def settle(world: World, batch_id: str) -> Code:
    step = AllocateBatch(initiator=address("bank_a"), batch_id=batch_id)
    code = world.attempt("bank_a", step)
    if code is not Code.OK:
        return code
    return world.attempt("bank_a", SettleBatch(initiator=address("bank_a"), batch_id=batch_id))


def test_two_authorities_freezes_with_different_expiries(world: World) -> None:
    """Each ends its own on its own day; together they may exceed the balance."""
    world.act("fiu", freeze(CBM, 80, expires_on=dt.date(2025, 7, 3)))
    world.act("regulator", freeze(CBM, 70, order_id=OTHER, expires_on=dt.date(2025, 7, 7)))
    assert free(world) == 0
    go_to(world, dt.date(2025, 7, 2))
    assert free(world) == 0
    go_to(world, dt.date(2025, 7, 3))
    assert free(world) == 30
    assert world.state.get(LIEN, ORDER) is None
    assert world.state.get(LIEN, OTHER) is not None
    go_to(world, dt.date(2025, 7, 7))
    assert free(world) == 100


def test_seizure_lowers_its_own_order_and_no_other(world: World) -> None:
    world.act("fiu", freeze(CBM, 80))
    world.act("regulator", freeze(CBM, 70, order_id=OTHER))
    world.act("central+fiu", seize(30))
    assert [order_amount(world, order) for order in (ORDER, OTHER)] == [50, 70]
    world.act("central+fiu", seize(50))
    assert world.state.get(LIEN, ORDER) is None
    assert order_amount(world, OTHER) == 70
    assert (world.balance(CBM, "a/main"), free(world)) == (20, 0)


def order_amount(world: World, order: bytes) -> int | None:
    lien = world.state.get(LIEN, order)
    assert lien is not None
    return lien.amount


def test_a_transfer_to_oneself_unfreezes_nothing(world: World) -> None:
    world.act("fiu", freeze(CBM, 60))
    world.refuse(Code.SAME_ACCOUNT, "bank_a", transfer(CBM, "a/main", "a/main", 60))
    one = leg(CBM, 60, "bank_a", "bank_a", "a/main", "a/main")
    world.refuse(Code.SELF_LEG, "bank_a", instruct(world, "B1", one))
    world.act("bank_a", transfer(CBM, "a/main", "a/second", 40))
    world.act("bank_a", transfer(CBM, "a/second", "a/main", 40))
    assert free(world) == 40


def test_a_repeated_id_in_a_batch_bypasses_no_freeze(world: World) -> None:
    """Two legs of 30 out of 40 free units; and 60 in a circle that nets to 50 out."""
    world.act("fiu", freeze(CBM, 60))
    twice = [leg(CBM, 30, "bank_a", "bank_a", "a/main", "a/second")] * 2
    world.act("bank_a", instruct(world, "B1", *twice))
    assert settle(world, "B1") is Code.INSUFFICIENT_AVAILABLE
    there = leg(CBM, 60, "bank_a", "bank_a", "a/main", "a/second")
    back = leg(CBM, 10, "bank_a", "bank_a", "a/second", "a/main")
    world.act("bank_a", instruct(world, "B2", there, back))
    assert settle(world, "B2") is Code.INSUFFICIENT_AVAILABLE
    assert world.balance(CBM, "a/main") == 100
    enough = leg(CBM, 20, "bank_a", "bank_a", "a/second", "a/main")
    world.act("bank_a", instruct(world, "B3", there, enough))
    assert settle(world, "B3") is Code.OK
    assert (world.balance(CBM, "a/main"), free(world)) == (60, 0)


def test_no_blacklist_blocks_a_seizure(world: World) -> None:
    """A list, a credit stop, a pause, every rule, a revoked bank and another's order: none does."""
    licensed(world)
    world.act("fiu", freeze(CBM, 100))
    world.act("regulator", freeze(None, None, order_id=OTHER))
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=BASIS))
    world.act(LISTERS, update(1, add=(person_of("bank_a"),)))
    world.act("central+regulator", PauseAsset(asset=CBM, classes=31))
    for name in BODIES:
        world.act(RULERS, rule_of(name))
    world.act("va", REVOKE)
    world.act("central+fiu", seize(100))
    assert world.balance(CBM, "treasury/main") == 100


def test_nothing_is_seized_or_paid_into_an_institution_that_ended(world: World) -> None:
    """The target must be able to receive: of a ForceTransfer and of a PayUnclaimed."""
    fund(world, "b/main", 10)
    world.act("fiu", freeze(CBM, 10, account=address("b/main")))
    world.account("p/old", None, "bank_b", person="p")
    world.account("p/new", None, "bank_a", person="p")
    licensed(world)
    world.act("va", REVOKE)
    world.refuse(Code.EXIT_ONLY, "central+fiu", seize(1, target=address("a/main")))
    entry = Unclaimed(
        account=address("p/old"),
        asset=CBM,
        security="X",
        payment=1,
        amount=1,
        since=START,
        keeper=_fill_unclaimed(world),
    )
    world.state.put(UNCLAIMED, entry)
    paid = PayUnclaimed(account=address("p/old"), security="X", payment=1, target=address("p/new"))
    # of an institution that is not its own the servicer is told no more
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", paid)


def _fill_unclaimed(world: World) -> bytes:
    """The money of the entry lies with bank_b, in this account."""
    account = require_account(world.state, address("p/old"))
    keeper = unclaimed_account_of(world.state, account)
    context = world.context(world.actors("central"))
    posting.issue(context, require_asset(world.state, CBM), keeper, 1)
    return keeper.id
