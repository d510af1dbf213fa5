"""Scenarios of processes and clocks: stopped, slow, killed, eight seconds off, years off."""

from __future__ import annotations

import asyncio

from node.devnet.bench.messages import percentile
from node.devnet.wait import DeadlinePassed, NotYet, until
from tests.campaigns.network.bounds import (
    HEALED_S,
    KILLED_GAP_S,
    P50_AFTERWARDS,
)
from tests.campaigns.network.clocks import CACHE_SECONDS
from tests.campaigns.network.history import Broken, TooSlow, gap_longest_s, latencies_ms
from tests.campaigns.network.scene import Scenario, Scene
from tests.campaigns.span import last

SETTLED_SECONDS = 5.0
"""After the kill, before latencies count as `afterwards`."""
MEASURE_SECONDS = 10.0
SLICE_SECONDS = 0.05
HOUR_S = 3_600
REFUSED_TIME = b"proposed an invalid block: timestamp_too_far_ahead"
"""In the log of who refuses a proposal by the clock rule of R3."""
NOTICED_SECONDS = 2.0 * CACHE_SECONDS
"""A node has read its new clock by then."""
TURN_SECONDS = 60.0
"""A primary keeps its turn for a hundred blocks: within this each has had one."""


async def the_primary_is_stopped(scene: Scene) -> str:
    """SIGSTOP: its connections stay open and say nothing."""
    primary = await scene.site.primary()
    scene.site.network.children[primary].pause()
    wait_s = await scene.goes_on(1)
    return f"{primary} stopped: a block within {wait_s:.2f} s"


async def a_backup_is_stopped(scene: Scene) -> str:
    """The three others are exactly a quorum."""
    victim = scene.backup(await scene.site.primary())
    scene.site.network.children[victim].pause()
    wait_s = await scene.goes_on(0)
    return f"{victim} stopped: a block within {wait_s:.2f} s"


async def all_are_stopped_together(scene: Scene) -> str:
    """A machine that was suspended: every timer is late at once."""
    for name in scene.names:
        scene.site.network.children[name].pause()
    await scene.hold(4.0)
    for name in scene.names:
        scene.site.network.children[name].resume()
    wait_s = await scene.site.next_block(HEALED_S)
    return f"all stopped for 4 s: a block {wait_s:.2f} s after they went on"


async def the_primary_runs_half_of_the_time(scene: Scene) -> str:
    """50 ms on, 50 ms off: slow, and never silent."""
    primary = await scene.site.primary()
    async with asyncio.TaskGroup() as group:
        stuttering = group.create_task(_stutter(scene, primary))
        wait_s = await scene.goes_on(1)
        stuttering.cancel()
    return f"{primary} ran half of the time: a block within {wait_s:.2f} s"


async def _stutter(scene: Scene, name: str) -> None:
    child = scene.site.network.children[name]
    while True:
        child.pause()
        await last(SLICE_SECONDS)
        child.resume()
        await last(SLICE_SECONDS)


async def the_primary_is_killed(scene: Scene) -> str:
    """Longest gap at most 2 s, and the median afterwards within 20 % of that before."""
    begin = scene.now()
    await scene.hold(MEASURE_SECONDS)
    primary = await scene.site.primary()
    killed = scene.now()
    scene.site.network.kill(primary)
    await scene.hold(SETTLED_SECONDS)
    settled = scene.now()
    await scene.hold(MEASURE_SECONDS)
    end = scene.now()
    gap_s = gap_longest_s(scene.operations, begin, end)
    before = _median_ms(scene, begin, killed)
    after = _median_ms(scene, settled, end)
    if gap_s > KILLED_GAP_S:
        raise TooSlow(f"{gap_s:.2f} s without a finalised transaction; at most {KILLED_GAP_S} s")
    if after > P50_AFTERWARDS * before:
        raise TooSlow(f"p50 {before:.1f} ms before and {after:.1f} ms afterwards")
    return (
        f"{primary} killed: longest gap {gap_s:.2f} s, p50 {before:.1f} ms before and "
        f"{after:.1f} ms afterwards"
    )


def _median_ms(scene: Scene, begin: float, end: float) -> float:
    """Of operations that one answer settled: a call to the dead node measures the client."""
    once = [operation for operation in scene.operations if len(operation.nodes) == 1]
    found = [int(1_000 * took) for took in latencies_ms(once, begin, end)]
    if not found:
        raise Broken("no operation was finished in one call")
    return percentile(found, 500) / 1_000


async def a_clock_eight_seconds_off_is_accepted(scene: Scene) -> str:
    """Within the clock lead of R3: nobody refuses a block for its time, whoever has that clock."""
    primary = await scene.site.primary()
    victim = primary if scene.chance.random() < 0.5 else scene.backup(primary)
    offset_s = scene.chance.choice((-8, 8))
    await scene.hold(NOTICED_SECONDS)
    before = _refused_times(scene)
    scene.site.clocks.set(victim, offset_s)
    await scene.hold(NOTICED_SECONDS)
    wait_s = await scene.goes_on(1)
    refused = _refused_times(scene) - before
    if refused:
        raise Broken(f"{refused} blocks were refused for their time, {victim} {offset_s:+d} s off")
    role = "the primary" if victim == primary else "a backup"
    return f"{victim} ({role}) {offset_s:+d} s: none refused, a block within {wait_s:.2f} s"


def _refused_times(scene: Scene) -> int:
    """Reports of all nodes so far that a block is too far ahead of their clock."""
    logs = [scene.site.network.layout.log(name).read_bytes() for name in scene.names]
    return sum(log.count(REFUSED_TIME) for log in logs)


async def the_primarys_clock_is_an_hour_ahead(scene: Scene) -> str:
    """The others refuse its proposals, change the view and go on."""
    return await _hour(scene, await scene.site.primary(), HOUR_S)


async def a_backups_clock_is_an_hour_behind(scene: Scene) -> str:
    """It refuses everybody's proposals; three others are exactly a quorum."""
    return await _hour(scene, scene.backup(await scene.site.primary()), -HOUR_S)


async def _hour(scene: Scene, victim: str, offset_s: int) -> str:
    rest = tuple(name for name in scene.names if name != victim)
    scene.site.clocks.set(victim, offset_s)
    await scene.hold(NOTICED_SECONDS)
    wait_s = await scene.goes_on(1, of=rest)

    async def refused() -> None:
        if not _refused_times(scene):
            raise NotYet("nobody refused a block for its time")

    # A view change may have taken the turn from the victim just before: it comes round again.
    try:
        await until("a block is refused for its time", refused, seconds=TURN_SECONDS)
    except DeadlinePassed as error:
        raise Broken(str(error)) from None
    return f"{victim} {offset_s:+d} s: a block within {wait_s:.2f} s"


async def certificates_out_of_date_isolate_one(scene: Scene) -> str:
    """Its clock shows years beyond all certificates: no link of it survives being dialled again.

    The others go on; when the clock is right again, it comes back by itself.
    """
    victim = scene.backup(await scene.site.primary())
    rest = tuple(name for name in scene.names if name != victim)
    scene.site.clocks.set(victim, scene.chance.choice((11 * 366 * 24, -30)) * HOUR_S)
    await scene.hold(NOTICED_SECONDS)
    for other in rest:
        await scene.site.links.reset(victim, other)
    wait_s = await scene.goes_on(0, of=rest)
    connected = (await scene.site.status(victim)).peers_connected
    if connected:
        raise Broken(f"{victim} has {connected} links although no certificate is valid for it")
    return f"{victim} without links: the others had a block within {wait_s:.2f} s"


PROCESSES: tuple[Scenario, ...] = (
    the_primary_is_killed,
    the_primary_is_stopped,
    a_backup_is_stopped,
    all_are_stopped_together,
    the_primary_runs_half_of_the_time,
    a_clock_eight_seconds_off_is_accepted,
    the_primarys_clock_is_an_hour_ahead,
    a_backups_clock_is_an_hour_behind,
    certificates_out_of_date_isolate_one,
)
