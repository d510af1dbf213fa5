"""Break one validator under load, and measure what the others notice.

    silent          one validator that is not primary is stopped (SIGSTOP)
    silent-primary  the primary is
    slow            a backup runs half of the time, 50 ms on and 50 ms off
    flooding        a backup is replaced by a process with its keys that floods the others
    overdriven      three times what the closed loop reaches is offered
    kill-primary    the primary gets SIGKILL at a steady rate, and is started again

The rates of the first four are those of the closed loop; kill-primary runs at a fixed rate, so that
a gap is the network's and not the generator's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from node.devnet.bench.flood import flooding
from node.devnet.bench.load import Load
from node.devnet.bench.messages import Result, percentile
from node.devnet.bench.meters import read_node
from node.devnet.bench.plan import Bound, Plan, Scenario
from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.truth import level_height, state_roots
from node.sdk.schema.chain import BlockHeader

SignMore = Callable[[Network, Probe, Load, int], Awaitable[None]]

KILL_PER_SECOND = 100
"""As in the figures of other systems that docs/bench.md compares with."""
KILL_BATCH = 5
KILL_AFTER_SECONDS = 10
KILL_SECONDS = 30
SETTLED_AFTER_MS = 5_000
"""Latencies count as `afterwards` from so long after the kill."""
SLOW_PAUSE_SECONDS = 0.05
REJOIN_SECONDS = 60
OVERDRIVEN = 3
TIMEOUT_MS = 2_000
"""Upper bound of T0 (docs/spec/consensus.md, R2)."""
KILLED_GAP_MS = 2_000
P50_AFTERWARDS = 1.2
PRIMARY_SHARE_PERCENT = 50
"""Least rate with one bad validator of four, if it is the primary."""
BACKUP_SHARE_PERCENT = 80
"""If it is another one."""
OVERDRIVEN_SHARE_PERCENT = 90
MEMORY_FACTOR = 1.5


async def run_scenario(
    network: Network, probe: Probe, load: Load, plan: Plan, rate: float, sign: SignMore
) -> Scenario:
    """Figures of plan.scenario."""
    if plan.scenario == "kill-primary":
        return await _kill_primary(network, probe, load, sign)
    if plan.scenario == "overdriven":
        return await _overdriven(network, probe, load, plan, rate, sign)
    return await _disturb(network, probe, load, plan, rate, sign)


async def primary_of(network: Network, probe: Probe) -> str:
    """Who proposed the newest block: with a sticky primary, who will propose the next one."""
    url = network.url(network.running[-1])
    header = await probe.ask(url, "chain_getHeader", BlockHeader, {"block": "latest"})
    return header.header.proposer


async def _disturb(
    network: Network, probe: Probe, load: Load, plan: Plan, rate: float, sign: SignMore
) -> Scenario:
    """Closed loop before, during and after; the victim is not the node that is watched."""
    seconds = max(10, plan.seconds // 2)
    await sign(network, probe, load, int(rate * seconds * 1.6))
    before = await load.closed(seconds, plan.outstanding, plan.batch)
    memory = await _memory_mb(network, probe)
    await sign(network, probe, load, int(rate * seconds * 1.6))
    primary = await primary_of(network, probe)
    wanted = plan.scenario == "silent-primary"
    victim = next(name for name in network.names if (name == primary) is wanted)
    others = [name for name in network.names if name != victim]
    await load.use([network.url(name) for name in others])
    async with _broken(network, plan.scenario, victim):
        during = await load.closed(seconds, plan.outstanding, plan.batch)
        memory_during = await _memory_mb(network, probe, *others)
    rejoined = await _rejoined(network, probe)
    await load.use([network.url(name) for name in network.names])
    await sign(network, probe, load, int(rate * seconds * 1.6))
    after = await load.closed(seconds, plan.outstanding, plan.batch)
    p99_ms = percentile(before.latencies_us, 990) / 1e3
    share = PRIMARY_SHARE_PERCENT if wanted else BACKUP_SHARE_PERCENT
    return Scenario(
        name=plan.scenario,
        victim=victim,
        per_second_before=_rate(before),
        per_second_during=_rate(during),
        p50_before_ms=percentile(before.latencies_us, 500) / 1e3,
        p50_after_ms=percentile(after.latencies_us, 500) / 1e3,
        p99_before_ms=p99_ms,
        p99_during_ms=percentile(during.latencies_us, 990) / 1e3,
        memory_before_mb=memory,
        memory_during_mb=memory_during,
        gap_longest_ms=during.gap_longest_ms,
        unresolved=during.unresolved + after.unresolved,
        rejoined=rejoined,
        bounds=(
            _share(_rate(during), _rate(before), share),
            Bound(
                figure="p99 meanwhile, ms: 3 x that before + one timeout",
                measured=percentile(during.latencies_us, 990) / 1e3,
                limit=3 * p99_ms + TIMEOUT_MS,
                at_most=True,
            ),
        ),
    )


@asynccontextmanager
async def _broken(network: Network, scenario: str, victim: str) -> AsyncIterator[None]:
    """The victim is not as it should be while the block lasts; afterwards it runs."""
    if scenario == "flooding":
        network.stop(victim)
        async with flooding(network, victim):
            yield
        network.start(victim)
        return
    async with asyncio.TaskGroup() as group:
        disturbing = group.create_task(_hold(network, victim, slow=scenario == "slow"))
        yield
        disturbing.cancel()
    network.children[victim].resume()


async def _hold(network: Network, victim: str, *, slow: bool) -> None:
    child = network.children[victim]
    while True:
        child.pause()
        await asyncio.sleep(SLOW_PAUSE_SECONDS)
        if slow:
            child.resume()
            await asyncio.sleep(SLOW_PAUSE_SECONDS)


async def _overdriven(
    network: Network, probe: Probe, load: Load, plan: Plan, rate: float, sign: SignMore
) -> Scenario:
    """Three times what a closed loop reaches is offered; what is refused is not sent again."""
    seconds = max(10, plan.seconds // 2)
    await sign(network, probe, load, int(rate * seconds * 1.6))
    before = await load.closed(seconds, plan.outstanding, plan.batch)
    memory = await _memory_mb(network, probe)
    offered = int(OVERDRIVEN * _rate(before))
    await sign(network, probe, load, offered * seconds + 1_000)
    during = await load.open(seconds, offered, plan.batch)
    memory_during = await _memory_mb(network, probe)
    rejoined = await _rejoined(network, probe)
    await sign(network, probe, load, int(rate * seconds * 1.6))
    after = await load.closed(seconds, plan.outstanding, plan.batch)
    return Scenario(
        name=plan.scenario,
        victim=f"{offered}/s offered, {during.sent} sent, {during.accepted} accepted",
        per_second_before=_rate(before),
        per_second_during=_rate(during),
        p50_before_ms=percentile(before.latencies_us, 500) / 1e3,
        p50_after_ms=percentile(after.latencies_us, 500) / 1e3,
        p99_before_ms=percentile(before.latencies_us, 990) / 1e3,
        p99_during_ms=percentile(during.latencies_us, 990) / 1e3,
        memory_before_mb=memory,
        memory_during_mb=memory_during,
        gap_longest_ms=during.gap_longest_ms,
        unresolved=after.unresolved,
        rejoined=rejoined,
        bounds=(
            _share(_rate(during), _rate(before), OVERDRIVEN_SHARE_PERCENT),
            Bound(
                figure="memory meanwhile, MB: 1.5 x that before",
                measured=memory_during,
                limit=MEMORY_FACTOR * memory,
                at_most=True,
            ),
        ),
    )


async def _kill_primary(network: Network, probe: Probe, load: Load, sign: SignMore) -> Scenario:
    victim = await primary_of(network, probe)
    memory = await _memory_mb(network, probe)
    await sign(network, probe, load, KILL_PER_SECOND * KILL_SECONDS * 2)
    urls = [network.url(name) for name in network.names if name != victim]
    await load.use(urls)
    async with asyncio.TaskGroup() as group:
        loading = group.create_task(load.open(KILL_SECONDS, KILL_PER_SECOND, KILL_BATCH))
        await asyncio.sleep(KILL_AFTER_SECONDS)
        network.kill(victim)
    result = loading.result()
    network.start(victim)
    await network.wait_ready(probe, victim)
    rejoined = await _rejoined(network, probe)
    await load.use([network.url(name) for name in network.names])
    kill_ms = KILL_AFTER_SECONDS * 1_000
    early = sorted(took for at, took in result.timeline if at < kill_ms)
    late = sorted(took for at, took in result.timeline if at > kill_ms + SETTLED_AFTER_MS)
    middle = sorted(
        took for at, took in result.timeline if kill_ms <= at <= kill_ms + SETTLED_AFTER_MS
    )
    return Scenario(
        name="kill-primary",
        victim=victim,
        per_second_before=len(early) / KILL_AFTER_SECONDS,
        per_second_during=_rate(result),
        p50_before_ms=percentile(early, 500) / 1e3,
        p50_after_ms=percentile(late, 500) / 1e3,
        p99_before_ms=percentile(early, 990) / 1e3,
        p99_during_ms=percentile(middle, 990) / 1e3,
        memory_before_mb=memory,
        memory_during_mb=await _memory_mb(network, probe),
        gap_longest_ms=result.gap_longest_ms,
        unresolved=result.unresolved,
        rejoined=rejoined,
        bounds=(
            Bound(
                figure="longest gap, ms",
                measured=result.gap_longest_ms,
                limit=KILLED_GAP_MS,
                at_most=True,
            ),
            Bound(
                figure="p50 afterwards, ms: 1.2 x that before",
                measured=percentile(late, 500) / 1e3,
                limit=P50_AFTERWARDS * percentile(early, 500) / 1e3,
                at_most=True,
            ),
        ),
    )


async def _rejoined(network: Network, probe: Probe) -> bool:
    """Whether all nodes are level again, with one root."""
    await level_height(network, probe, seconds=REJOIN_SECONDS)
    _, roots = await state_roots(network, probe)
    return len(set(roots.values())) == 1


async def _memory_mb(network: Network, probe: Probe, *names: str) -> int:
    """Most own memory of one of these nodes, or of all."""
    readings = [await read_node(network, probe, name) for name in names or network.names]
    return max(reading.memory_bytes for reading in readings) // 1_000_000


def _share(during: float, before: float, percent: float) -> Bound:
    return Bound(
        figure="rate meanwhile, % of that before",
        measured=round(100 * during / max(before, 0.001), 1),
        limit=percent,
        at_most=False,
    )


def _rate(result: Result) -> float:
    return round(result.final / max(result.elapsed_seconds, 0.001), 1)
