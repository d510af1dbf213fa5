"""When the loop has a turn: after a block was written, and between two steps of executing one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from consensus.actions import Broadcast, Execute
from consensus.events import Advanced, Event, Executed, PeerUp, PoolChanged
from node.storage.kv import StorageFailed
from tests.node.support.driver_world import (
    BLOCK,
    CHAIN,
    DECIDED,
    DIGEST,
    ROOT,
    World,
    clock,
    prepare,
    running,
    up,
)
from tokens.steps import Steps

EXECUTE = Execute(view=0, digest=DIGEST, proposal=BLOCK, peers=())
DECIDED_TIP = CHAIN.tip
"""What the world answers to every Decide."""
EXECUTED = Executed(now=clock(), height=1, digest=DIGEST, root=ROOT)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    with running(tmp_path) as made:
        yield made


async def test_deciding_is_one_batch_then_the_outside_then_the_next_height(world: World) -> None:
    world.give(PeerUp, DECIDED)
    world.driver.post(up())
    assert world.log == ["event PeerUp", "batch", "outside hears"]
    await asyncio.sleep(0)
    assert world.log[3:] == ["event Advanced", "event PoolChanged"]
    changed = world.replica.events[-1]
    assert isinstance(changed, PoolChanged)
    assert (changed.includable, changed.agenda, changed.censored) == (3, True, False)


async def test_what_is_posted_after_a_block_was_written_queues_behind_it(world: World) -> None:
    world.give(PeerUp, DECIDED)
    world.driver.post(up())
    world.driver.post(up("posted meanwhile"))
    assert world.log == ["event PeerUp", "batch", "outside hears"]
    await asyncio.sleep(0)
    assert world.log[3:] == ["event Advanced", "event PoolChanged", "event PeerUp"]
    world.driver.post(up())
    assert world.log[-1] == "event PeerUp"


async def test_a_driver_that_is_stopped_after_a_block_does_not_go_on(world: World) -> None:
    world.give(PeerUp, DECIDED)
    world.driver.post(up())
    world.driver.stop()
    await asyncio.sleep(0)
    assert world.log == ["event PeerUp", "batch", "outside hears"]


async def test_a_failure_after_the_turn_ends_the_driver(world: World) -> None:
    world.give(PeerUp, DECIDED)
    world.driver.post(up())
    world.give(Advanced, DECIDED)
    world.fail_decide = StorageFailed("disk")
    with pytest.raises(StorageFailed, match="disk"):
        await world.driver.run()


async def test_between_two_steps_of_an_execution_the_loop_has_a_turn(world: World) -> None:
    world.steps, world.outcome = 2, EXECUTED
    world.give(PeerUp, EXECUTE, Broadcast(message=prepare()))
    world.driver.post(up())
    # What else the event asked for does not wait for the execution.
    assert world.log == ["event PeerUp", "broadcast Prepare", "execute"]
    world.driver.post(up("posted meanwhile"))
    await asyncio.sleep(0)
    assert world.log[3:] == ["step 0"]
    await asyncio.sleep(0)
    assert world.log[4:] == ["step 1", "event PeerUp", "event Executed"]


async def test_the_core_hears_of_a_written_height_before_anything_else(world: World) -> None:
    """A vote of the old height must not be worked on when the ledger has left it."""
    world.steps, world.outcome = 2, None
    world.give(PeerUp, EXECUTE)
    world.driver.post(up())
    world.driver.post(up("posted meanwhile"))
    world.driver.advance(DECIDED_TIP)
    world.log.clear()
    await asyncio.sleep(0)
    assert world.log == ["event Advanced", "step 0"]
    await asyncio.sleep(0)
    assert world.log[2:] == ["step 1", "event PeerUp", "event PoolChanged"]


async def test_heights_are_told_in_their_order(world: World) -> None:
    """One was decided, and before the loop came back sync wrote the next one."""
    world.give(PeerUp, DECIDED)
    world.driver.post(up())
    following = msgspec.structs.replace(DECIDED_TIP, height=DECIDED_TIP.height + 1)
    world.driver.advance(following)
    await asyncio.sleep(0)
    told = [event.tip.height for event in world.replica.events if isinstance(event, Advanced)]
    assert told == [DECIDED_TIP.height, following.height]


async def test_an_execution_that_the_tip_overtook_has_no_outcome(world: World) -> None:
    world.steps, world.outcome = 1, None
    world.give(PeerUp, EXECUTE)
    world.driver.post(up())
    await asyncio.sleep(0)
    assert world.log == ["event PeerUp", "execute", "step 0"]


async def test_a_driver_that_is_stopped_between_two_steps_does_not_go_on(world: World) -> None:
    world.steps, world.outcome = 2, EXECUTED
    world.give(PeerUp, EXECUTE)
    world.driver.post(up())
    world.driver.stop()
    await asyncio.sleep(0)
    assert world.log == ["event PeerUp", "execute"]


def fails() -> Steps[Event | None]:
    yield
    raise StorageFailed("disk")


async def test_a_failure_between_two_steps_ends_the_driver(world: World) -> None:
    world.driver.run_all([fails()])
    with pytest.raises(StorageFailed, match="disk"):
        await world.driver.run()
    world.driver.post(up())
    assert world.log == []


def waited(log: list[str], name: str) -> Steps[Event | None]:
    log.append(f"begin {name}")
    yield
    log.append(f"end {name}")
    return EXECUTED


async def test_blocks_whose_bodies_came_are_executed_one_after_the_other(world: World) -> None:
    world.driver.run_all([waited(world.log, "a"), waited(world.log, "b")])
    assert world.log == ["begin a"]
    await asyncio.sleep(0)
    assert world.log == ["begin a", "end a", "begin b"]
    await asyncio.sleep(0)
    assert world.log[3:] == ["end b", "event Executed", "event Executed"]
