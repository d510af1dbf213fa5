"""The driver's own life: timers, failures, before the start and after the end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consensus.actions import (
    Action,
    Decide,
    KeepCertificate,
)
from consensus.events import (
    Event,
    PeerUp,
    Tick,
)
from node.driver import EVENTS_MAX
from node.storage.kv import StorageFailed
from tests.node.support.chains import certify
from tests.node.support.driver_world import (
    BLOCK,
    CHAIN,
    DIGEST,
    ROOT,
    World,
    certificate,
    prepare,
    running,
    sign,
    up,
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    with running(tmp_path) as made:
        yield made


async def test_the_timer_follows_the_core_and_ticks(world: World) -> None:
    ticked = asyncio.Event()

    def answer(event: Event) -> list[Action]:
        if isinstance(event, Tick):
            ticked.set()
            world.replica.wakeup_ms = None
        return []

    world.replica.answers = answer
    world.replica.wakeup_ms = 1_002
    world.driver.post(up())
    async with asyncio.timeout(20):
        await ticked.wait()
    assert world.log == ["event PeerUp", "event Tick"]


async def test_a_failure_under_a_timer_is_raised_by_run(world: World) -> None:
    def answer(event: Event) -> list[Action]:
        if isinstance(event, Tick):
            raise StorageFailed("under a timer")
        return []

    world.replica.answers = answer
    world.replica.wakeup_ms = 0
    world.driver.post(up())
    async with asyncio.timeout(20):
        with pytest.raises(StorageFailed, match="under a timer"):
            await world.driver.run()


async def test_a_failure_of_the_pool_is_raised_by_run_too(world: World) -> None:
    world.fail_pool = StorageFailed("read")
    with pytest.raises(StorageFailed):
        world.driver.pool_changed()
    with pytest.raises(StorageFailed, match="read"):
        await world.driver.run()
    world.driver.pool_changed()


async def test_before_the_start_events_only_wait(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.replica.first = [sign(prepare(), BLOCK)]
    world.driver.post(up())
    assert world.log == []
    world.driver.start()
    assert world.log[:4] == [
        "remember Prepare",
        "broadcast Prepare",
        "event PeerUp",
        "event Received",
    ]
    world.driver.stop()
    world.driver.post(up())
    assert "event PeerUp" not in world.log[4:]
    world.guard.close()


async def test_an_observer_is_never_asked_to_sign(tmp_path: Path) -> None:
    world = World(tmp_path, observer=True)
    world.driver.start()
    world.give(PeerUp, KeepCertificate(certificate=certificate()))
    world.driver.post(up())
    assert world.guard.certificates() == ()
    world.give(PeerUp, sign(prepare()))
    with pytest.raises(RuntimeError, match="observer"):
        world.driver.post(up())
    world.guard.close()


async def test_the_queue_of_events_is_bounded(world: World) -> None:
    def flood() -> None:
        for _ in range(EVENTS_MAX + 1):
            world.driver.post(up())

    world.on_decided_hook = flood
    decided = Decide(digest=DIGEST, proposal=BLOCK, certificate=certify(CHAIN, 1, DIGEST, ROOT))
    world.give(PeerUp, decided)
    with pytest.raises(RuntimeError, match="event queue full"):
        world.driver.post(up())
