"""A block is executed in steps; between two of them sync may write its height."""

import pytest

from consensus.events import Event, Executed
from tests.node.support.chains import certify, decided_block, open_chain, propose, transfer
from tests.node.support.executor_world import World
from tokens.steps import Steps, whole
from tokens.transaction import DecodedTransaction

PAID = tuple(transfer(number) for number in range(7))
TURNS = 6
"""Of a block of PAID: one after asking for six, three of executing two, and two more."""


@pytest.fixture
def world() -> World:
    made = World()
    made.chain.step_transactions = 2
    made.hold(*PAID)
    return made


def begin(world: World, *paid: DecodedTransaction) -> Steps[Event | None]:
    digest, block = propose(world.chain, *paid)
    return world.executor.execute(digest, block, ())


def outcome(steps: Steps[Event | None]) -> bytes:
    event = whole(steps)
    assert isinstance(event, Executed)
    return event.root


def root_of(*paid: DecodedTransaction) -> bytes:
    """The root of these on a chain of their own, in one step."""
    chain = open_chain()
    _, block = propose(chain, *paid)
    return chain.execute(block, paid).result.root


def test_steps_are_bounded_by_the_number_of_transactions(world: World) -> None:
    assert len(list(begin(world, *PAID))) == TURNS - 1


def test_in_steps_it_has_the_root_of_the_whole(world: World) -> None:
    assert outcome(begin(world, *PAID)) == root_of(*PAID)


def test_two_blocks_of_one_height_take_turns_and_do_not_mix(world: World) -> None:
    one, other = begin(world, *PAID), begin(world, *PAID[:5])
    for _ in range(3):
        next(one)
        next(other)
    assert outcome(other) == root_of(*PAID[:5])
    assert outcome(one) == root_of(*PAID)


@pytest.mark.parametrize("taken", range(TURNS))
def test_what_was_executed_until_sync_wrote_the_height_is_thrown_away(
    world: World, taken: int
) -> None:
    digest, block = propose(world.chain, *PAID)
    steps = world.executor.execute(digest, block, ())
    for _ in range(taken):
        next(steps)
    world.apply_decided(decided_block(world.chain, transfer(99)))
    assert whole(steps) is None
    assert world.executor.proposal(1, digest) is None
    following = transfer(8)
    world.hold(following)
    assert outcome(begin(world, following))


def test_a_block_that_is_queued_twice_is_executed_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, block = propose(world.chain, *PAID)
    first = world.executor.execute(digest, block, ())
    second = world.executor.execute(digest, block, ())
    root = outcome(first)

    def never(*_: object) -> object:
        raise AssertionError("executed again")

    monkeypatch.setattr(world.chain, "executing", never)
    assert outcome(second) == root
    world.executor.decide(digest, block, certify(world.chain, 1, digest, root))
    assert world.chain.tip.height == 1


@pytest.mark.parametrize("taken", range(1, 8))
def test_sync_gives_way_to_a_block_that_was_decided_here_meanwhile(
    world: World, taken: int
) -> None:
    """Four steps of decoding, three of executing, one before the roots, and then the write."""
    synced = decided_block(world.chain, *PAID)
    steps = world.executor.apply_decided(synced)
    for _ in range(taken):
        next(steps)
    digest, block = propose(world.chain, PAID[0])
    root = outcome(world.executor.execute(digest, block, ()))
    tip = world.executor.decide(digest, block, certify(world.chain, 1, digest, root))
    assert whole(steps) is None
    assert world.chain.tip == tip


def test_sync_writes_when_nothing_came_between(world: World) -> None:
    tip = world.apply_decided(decided_block(world.chain, *PAID))
    assert world.chain.tip == tip
    assert tip.height == 1
