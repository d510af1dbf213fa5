"""A block is written, the loop has a turn, and only then the next event is worked on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consensus.events import Advanced, PeerUp, PoolChanged
from node.storage.kv import StorageFailed
from tests.node.support.driver_world import DECIDED, World, running, up


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
