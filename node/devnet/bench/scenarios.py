"""Break one validator under load, and measure what the others notice.

    silent        one validator that is not primary is stopped (SIGSTOP)
    slow          the same one runs half of the time, 50 ms on and 50 ms off
    kill-primary  the primary gets SIGKILL at a steady rate, and is started again

The rates of silent and slow are those of the closed loop; kill-primary runs at a fixed rate, so
that a gap is the network's and not the generator's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from node.devnet.bench.load import Load
from node.devnet.bench.messages import Result, percentile
from node.devnet.bench.plan import Plan, Scenario
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


async def run_scenario(
    network: Network, probe: Probe, load: Load, plan: Plan, rate: float, sign: SignMore
) -> Scenario:
    """Figures of plan.scenario."""
    if plan.scenario == "kill-primary":
        return await _kill_primary(network, probe, load, sign)
    return await _disturb(network, probe, load, plan, rate, sign)


async def primary_of(network: Network, probe: Probe) -> str:
    """Who proposed the newest block: with a sticky primary, who will propose the next one."""
    url = network.url(network.running[-1])
    header = await probe.ask(url, "chain_getHeader", BlockHeader, {"block": "latest"})
    return header.header.proposer


async def _disturb(
    network: Network, probe: Probe, load: Load, plan: Plan, rate: float, sign: SignMore
) -> Scenario:
    """Closed loop before and during; the victim is neither primary nor the node that is watched."""
    primary = await primary_of(network, probe)
    victim = next(name for name in network.names[:-1] if name != primary)
    seconds = max(10, plan.seconds // 2)
    await sign(network, probe, load, int(rate * seconds * 1.6))
    before = await load.closed(seconds, plan.outstanding, plan.batch)
    await sign(network, probe, load, int(rate * seconds * 1.6))
    await load.use([network.url(name) for name in network.names if name != victim])
    async with asyncio.TaskGroup() as group:
        disturbing = group.create_task(_hold(network, victim, slow=plan.scenario == "slow"))
        during = await load.closed(seconds, plan.outstanding, plan.batch)
        disturbing.cancel()
    network.children[victim].resume()
    rejoined = await _rejoined(network, probe)
    await load.use([network.url(name) for name in network.names])
    await sign(network, probe, load, int(rate * seconds * 1.6))
    after = await load.closed(seconds, plan.outstanding, plan.batch)
    return Scenario(
        name=plan.scenario,
        victim=victim,
        per_second_before=_rate(before),
        per_second_during=_rate(during),
        p50_before_ms=percentile(before.latencies_us, 500) / 1e3,
        p50_after_ms=percentile(after.latencies_us, 500) / 1e3,
        p99_during_ms=percentile(during.latencies_us, 990) / 1e3,
        gap_longest_ms=during.gap_longest_ms,
        unresolved=during.unresolved + after.unresolved,
        rejoined=rejoined,
    )


async def _hold(network: Network, victim: str, *, slow: bool) -> None:
    child = network.children[victim]
    while True:
        child.pause()
        await asyncio.sleep(SLOW_PAUSE_SECONDS)
        if slow:
            child.resume()
            await asyncio.sleep(SLOW_PAUSE_SECONDS)


async def _kill_primary(network: Network, probe: Probe, load: Load, sign: SignMore) -> Scenario:
    victim = await primary_of(network, probe)
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
        p99_during_ms=percentile(middle, 990) / 1e3,
        gap_longest_ms=result.gap_longest_ms,
        unresolved=result.unresolved,
        rejoined=rejoined,
    )


async def _rejoined(network: Network, probe: Probe) -> bool:
    """Whether all nodes are level again, with one root."""
    await level_height(network, probe, seconds=REJOIN_SECONDS)
    _, roots = await state_roots(network, probe)
    return len(set(roots.values())) == 1


def _rate(result: Result) -> float:
    return round(result.final / max(result.elapsed_seconds, 0.001), 1)
