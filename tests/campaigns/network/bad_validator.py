"""One bad validator of four: silent, slow or flooding. Rate and latency beside those before.

The clients begin a fixed number of operations a second, so the rate shows what is lost, and not
what the machine could do; the rate of a closed loop is measured by the bench (docs/bench.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from node.devnet.bench.flood import flooding
from node.devnet.bench.messages import percentile
from tests.campaigns.network.bounds import (
    BACKUP_SHARE,
    P99_FACTOR,
    SILENT_SHARE,
    T0_MAX_S,
)
from tests.campaigns.network.history import Broken, TooSlow, latencies_ms
from tests.campaigns.network.scene import Scenario, Scene
from tests.campaigns.span import last

MEASURE_SECONDS = 10.0
SETTLED_SECONDS = 1.0
"""Calls to the victim that were under way are over by then."""
SLICE_SECONDS = 0.05

Fault = Callable[[Scene, str], AbstractAsyncContextManager[None]]


async def a_silent_backup_costs_little(scene: Scene) -> str:
    """SIGSTOP for the whole time."""
    return await _compare(scene, scene.backup(await scene.site.primary()), _silent, BACKUP_SHARE)


async def a_silent_primary_costs_no_more_than_half(scene: Scene) -> str:
    """The view changes, and it is suspended at the heights after that."""
    return await _compare(scene, await scene.site.primary(), _silent, SILENT_SHARE)


async def a_slow_backup_costs_little(scene: Scene) -> str:
    """50 ms on, 50 ms off."""
    return await _compare(scene, scene.backup(await scene.site.primary()), _slow, BACKUP_SHARE)


async def a_flooding_validator_costs_little(scene: Scene) -> str:
    """A process with its keys sends to the three others as fast as they read."""
    return await _compare(scene, scene.backup(await scene.site.primary()), _floods, BACKUP_SHARE)


@asynccontextmanager
async def _silent(scene: Scene, name: str) -> AsyncIterator[None]:
    scene.site.network.children[name].pause()
    yield


@asynccontextmanager
async def _slow(scene: Scene, name: str) -> AsyncIterator[None]:
    child = scene.site.network.children[name]

    async def stutter() -> None:
        while True:
            child.pause()
            await last(SLICE_SECONDS)
            child.resume()
            await last(SLICE_SECONDS)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(stutter())
        yield
        task.cancel()


@asynccontextmanager
async def _floods(scene: Scene, name: str) -> AsyncIterator[None]:
    scene.site.network.stop(name)
    async with flooding(scene.site.network, name) as flood:
        yield
        if not flood.counts.messages_sent:
            raise Broken("the flooder sent nothing")


async def _compare(scene: Scene, victim: str, fault: Fault, share: float) -> str:
    """Rate at least that share of before; p99 at most three times that before and one timeout.

    The clients ask the three others only, before and meanwhile.
    """
    scene.site.workload.avoided = victim
    await scene.hold(SETTLED_SECONDS)
    begin = scene.now()
    await scene.hold(MEASURE_SECONDS)
    middle = scene.now()
    async with fault(scene, victim):
        await scene.hold(MEASURE_SECONDS)
        end = scene.now()
    before, p99_before = _figures(scene, begin, middle)
    during, p99_during = _figures(scene, middle, end)
    limit_ms = P99_FACTOR * p99_before + 1_000 * T0_MAX_S
    if during < share * before:
        raise TooSlow(f"{victim}: {before:.1f}/s before, {during:.1f}/s meanwhile")
    if p99_during > limit_ms:
        raise TooSlow(f"{victim}: p99 {p99_before:.0f} ms before, {p99_during:.0f} ms meanwhile")
    return (
        f"{victim}: {before:.1f}/s, p99 {p99_before:.0f} ms before; {during:.1f}/s, p99 "
        f"{p99_during:.0f} ms meanwhile"
    )


def _figures(scene: Scene, begin: float, end: float) -> tuple[float, float]:
    """Acknowledged a second, and p99 in ms, of what was sent from `begin` to `end`."""
    took = [int(1_000 * each) for each in latencies_ms(scene.operations, begin, end)]
    if not took:
        raise Broken("nothing was acknowledged")
    return len(took) / (end - begin), percentile(took, 990) / 1_000


BAD_VALIDATOR: tuple[Scenario, ...] = (
    a_silent_backup_costs_little,
    a_silent_primary_costs_no_more_than_half,
    a_slow_backup_costs_little,
    a_flooding_validator_costs_little,
)
