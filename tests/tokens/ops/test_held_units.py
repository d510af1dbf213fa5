"""A freeze and a ForceTransfer against each kind of hold (page 04): one row of KINDS each.

Whoever adds a thing that holds or pledges units adds its row.
"""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.tokens.ops.build import fund, instruct, leg, transfer
from tests.tokens.ops.ramp_world import complete, open_out, opened, ramp_of, send
from tests.tokens.ops.test_cash import mint, redeem, start
from tests.tokens.ops.test_control import freeze, seize
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens import liens
from tokens.events import RampOpened
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.pledges import CreatePledge, ReleasePledge
from tokens.posting import balance_of
from tokens.records.cash import QUEUED_REDEMPTION, QueuedRedemption
from tokens.records.holdings import LIEN, Lien
from tokens.records.ramps import Ramp, RampStatus
from tokens.records.settlement import BATCH, BatchStatus
from tokens.reserve import wake_queues_of
from tokens.results import Code
from tokens.types import LienKind


class Kind(NamedTuple):
    """One thing that holds 60 of the 100 units of a/main."""

    asset: str
    start: Callable[[], World]
    hold: Callable[[World], None]
    finish: Callable[[World], Code]
    """Let what it holds go where it was to go."""
    is_over: Callable[[World], bool]
    """It ended because of a seizure."""


def money() -> World:
    made = World()
    fund(made, "a/main", 100)
    return made


def tokens() -> World:
    """The same in a stablecoin, and a reserve whose money is held by somebody else."""
    made = start()
    made.act("bank_a", mint(100))
    context = made.context(made.actors("issuer"))
    reserved = balance_of(made.state, CBM, address("reserve"))
    liens.hold(context, 0, CBM, address("reserve"), reserved, bytes(16), None, "")
    made.end_block()
    return made


def hold_batch(world: World) -> None:
    one = leg(CBM, 60, "bank_a", "bank_a", "a/main", "a/second")
    world.act("bank_a", instruct(world, "B1", one))
    world.act("bank_a", AllocateBatch(initiator=address("bank_a"), batch_id="B1"))


def finish_batch(world: World) -> Code:
    return world.attempt("bank_a", SettleBatch(initiator=address("bank_a"), batch_id="B1"))


def batch_failed(world: World) -> bool:
    batch = world.state.get(BATCH, address("bank_a"), "B1")
    return batch is not None and batch.status is BatchStatus.FAILED and batch.liens == ()


def hold_pledge(world: World) -> None:
    made = CreatePledge(
        account=address("a/main"),
        asset=CBM,
        amount=60,
        pledgee=address("bank_b"),
        expires_on=None,
        reference="",
    )
    world.act("bank_a+bank_b", made)


def finish_pledge(world: World) -> Code:
    """Released, it may be paid away."""
    release = ReleasePledge(pledge=pledges(world)[0].id, amount=60)
    code = world.attempt("bank_b", release)
    assert code is Code.OK
    return world.attempt("bank_a", transfer(CBM, "a/main", "b/main", 60))


def hold_ramp(world: World) -> None:
    made = open_out(account=address("a/main"), bank=address("bank_b"), amount=60)
    opened(world, made, "bank_a")


def the_ramp(world: World) -> Ramp:
    event = world.last(RampOpened)
    assert isinstance(event, RampOpened)
    return ramp_of(world, event.ramp)


def finish_ramp(world: World) -> Code:
    code = world.attempt("bank_b", send(the_ramp(world).id))
    if code is not Code.OK:
        return code
    return world.attempt("bank_b", complete(the_ramp(world).id, "b/main"))


def hold_redemption(world: World) -> None:
    world.act("bank_a", redeem(60))
    assert len(queue(world)) == 1


def queue(world: World) -> list[QueuedRedemption]:
    return world.state.scan(QUEUED_REDEMPTION, QUEUED_REDEMPTION.indexes[0], (), limit=9)


def finish_redemption(world: World) -> Code:
    """The reserve has money again: the queue is worked off by itself."""
    reserve = world.state.scan(LIEN, LIEN.indexes[0], (address("reserve"),), limit=1)
    liens.lift(world.context(world.actors("issuer")), reserve[0])
    wake_queues_of(world.context(world.actors("issuer")), address("reserve"))
    world.finish_agenda()
    return Code.OK


def pledges(world: World) -> list[Lien]:
    found = world.state.scan(LIEN, LIEN.indexes[0], (address("a/main"),), limit=99)
    return [lien for lien in found if lien.kind is LienKind.PLEDGE]


KINDS = {
    "batch": Kind(CBM, money, hold_batch, finish_batch, batch_failed),
    "pledge": Kind(
        CBM,
        money,
        hold_pledge,
        finish_pledge,
        lambda world: pledges(world) == [],
    ),
    "off-ramp": Kind(
        PKRS,
        tokens,
        hold_ramp,
        finish_ramp,
        lambda world: the_ramp(world).status is RampStatus.EXPIRED,
    ),
    "redemption": Kind(
        PKRS, tokens, hold_redemption, finish_redemption, lambda world: queue(world) == []
    ),
}
each = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@pytest.fixture
def world() -> World:
    return money()


@each
def test_a_freeze_reaches_what_is_held(kind: Kind) -> None:
    """All is frozen: nothing goes where it was to go, and the balance stays."""
    world = kind.start()
    kind.hold(world)
    world.act("fiu", freeze(kind.asset, None))
    kind.finish(world)
    world.end_block()
    assert world.balance(kind.asset, "a/main") == 100


@each
def test_a_freeze_over_the_balance_reaches_it_too(kind: Kind) -> None:
    world = kind.start()
    kind.hold(world)
    world.act("fiu", freeze(kind.asset, 1_000))
    kind.finish(world)
    world.end_block()
    assert world.balance(kind.asset, "a/main") == 100


@each
def test_without_a_freeze_it_goes_where_it_was_to_go(kind: Kind) -> None:
    """Else the two tests above would prove nothing."""
    world = kind.start()
    kind.hold(world)
    kind.finish(world)
    world.end_block()
    assert world.balance(kind.asset, "a/main") == 40


@each
def test_a_seizure_takes_free_units_and_leaves_the_rest_alone(kind: Kind) -> None:
    world = kind.start()
    kind.hold(world)
    world.act("fiu", freeze(kind.asset, 100))
    world.act("central+fiu", seize(40, asset=kind.asset))
    assert not kind.is_over(world)


@each
def test_a_seizure_reaches_what_is_held(kind: Kind) -> None:
    world = kind.start()
    kind.hold(world)
    world.act("fiu", freeze(kind.asset, 100))
    world.act("central+fiu", seize(100, asset=kind.asset, reaches_pledged=True))
    assert kind.is_over(world)
    assert world.balance(kind.asset, "a/main") == 0


def test_pledged_units_need_the_pledgee_or_a_basis_that_says_so(world: World) -> None:
    hold_pledge(world)
    world.act("fiu", freeze(CBM, 100))
    world.refuse(Code.PLEDGEE_MUST_AGREE, "central+fiu", seize(41))
    world.refuse(Code.PLEDGEE_MUST_AGREE, "central+fiu+bank_a", seize(41))
    world.act("central+fiu+bank_b", seize(41))
    assert [lien.amount for lien in pledges(world)] == [59]
    world.act("central+fiu", seize(9, reaches_pledged=True))
    assert [lien.amount for lien in pledges(world)] == [50]


def test_held_units_go_before_pledged_ones(world: World) -> None:
    """Free 0, held 40, pledged 60: the pledge keeps its rank as long as it can."""
    hold_pledge(world)
    one = leg(CBM, 40, "bank_a", "bank_a", "a/main", "a/second")
    world.act("bank_a", instruct(world, "B1", one))
    world.act("bank_a", AllocateBatch(initiator=address("bank_a"), batch_id="B1"))
    world.act("fiu", freeze(CBM, 100))
    world.act("central+fiu", seize(40, reaches_pledged=True))
    assert batch_failed(world)
    assert [lien.amount for lien in pledges(world)] == [60]
