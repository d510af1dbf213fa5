"""`mohur devnet bench`: a fresh network, a warm-up, and one figure after the other.

Rules of this file:
1. Everything runs on one machine, load generators included, and the report says what they took.
2. The signature bound is measured in the same run, before the load, on the same idle machine.
3. Phases: warm-up, sustained (closed loop), half rate (open loop), idle (one at a time), scenario.
"""

from __future__ import annotations

import os
import platform
import time
from importlib import metadata
from pathlib import Path

import msgspec

from node.devnet.bench.accounts import BALANCE, sender_books
from node.devnet.bench.load import Load
from node.devnet.bench.messages import Result, percentile
from node.devnet.bench.meters import Reading, read_all, verify_seconds
from node.devnet.bench.plan import Latency, Plan, Report, StageCost, Sustained
from node.devnet.bench.report import print_report
from node.devnet.bench.scenarios import run_scenario
from node.devnet.network import Network, Tuning
from node.devnet.probe import Probe
from node.devnet.profile import dev_genesis
from node.devnet.session import run_session
from node.devnet.truth import level_height, state_roots
from node.sdk.schema.node import NodeStatus

WINDOW_BLOCKS = 10_000
"""W of the bench network: what is signed ahead has to stay valid for minutes."""
VALID_MARGIN = 200
"""Blocks of W left over, for what a node may be behind."""
WARM_UP_SECONDS = 5
WARM_UP_STOCK = 30_000
STOCK_FACTOR = 1.6
"""Signed ahead for a phase, as a multiple of what the warm-up says will be needed."""
IDLE_TRANSACTIONS = 200
HALF_RATE_BATCH = 10
BOUND_MISSED = 3
"""Exit status: everything was right, and slower than it should be."""


def measure(folder: Path, plan: Plan, json_path: Path | None) -> int:
    """Run it on a fresh network, in a folder without one.

    0 if roots were equal, nothing failed and bounds held; BOUND_MISSED if only a bound did not.
    """
    report = _Box()
    run_session(lambda: _measure(folder, plan, report))
    if report.value is None:
        return 1
    if json_path is not None:
        encoded = msgspec.json.format(msgspec.json.encode(report.value), indent=2)
        json_path.write_bytes(encoded + b"\n")
    print_report(report.value)
    scenario = report.value.scenario
    missed = scenario is not None and not all(bound.held for bound in scenario.bounds)
    sound = report.value.roots_equal and report.value.sustained.failed == 0
    if not sound:
        return 1
    return BOUND_MISSED if missed else 0


class _Box:
    """Carries the report out of the event loop."""

    def __init__(self) -> None:
        self.value: Report | None = None


async def _measure(folder: Path, plan: Plan, box: _Box) -> int:
    books = list(sender_books(plan.senders))
    genesis = dev_genesis(
        more_books=books,
        balances=[(book.address, BALANCE) for book in books],
        window_blocks=WINDOW_BLOCKS,
    )
    # No past states, as a validator by default: tests/state_history_bench.py says what they cost.
    tuning = Tuning(profile_stages=True, log_level="warning", retain_states=0)
    network = Network.open(folder, tuning=tuning, genesis=genesis)
    try:
        verify = verify_seconds()
        print(f"verify {verify * 1e6:.1f} us a signature; starting {len(network.names)} nodes")
        network.start()
        async with Probe() as probe:
            await network.wait_ready(probe)
            urls = tuple(network.url(name) for name in network.names)
            load = await Load.start(plan.generators, plan.senders, urls, urls[-1])
            try:
                box.value = await _phases(network, probe, load, plan, verify)
            finally:
                await load.stop()
    finally:
        network.close()
    return 0


async def _phases(network: Network, probe: Probe, load: Load, plan: Plan, verify: float) -> Report:
    await _sign(network, probe, load, WARM_UP_STOCK)
    warm = await load.closed(WARM_UP_SECONDS, plan.outstanding, plan.batch)
    rate = warm.final / max(warm.elapsed_seconds, 0.001)
    print(f"warm-up {rate:.0f}/s; signing for {plan.seconds} s")
    await _sign(network, probe, load, int(rate * plan.seconds * STOCK_FACTOR))

    before, height = await read_all(network, probe), await level_height(network, probe)
    load_before, began = load.cpu_seconds(), time.monotonic()
    result = await load.closed(plan.seconds, plan.outstanding, plan.batch)
    after, height_after = await read_all(network, probe), await level_height(network, probe)
    load_cpu = load.cpu_seconds() - load_before
    nodes_cpu = sum(after[name].cpu_seconds - before[name].cpu_seconds for name in after)
    share = 100 * (nodes_cpu + load_cpu) / ((time.monotonic() - began) * _cores())
    sustained = _sustained(result, before, after, height_after - height)
    print(f"sustained {sustained.transactions_per_second:.0f}/s")

    half = max(10, int(sustained.transactions_per_second / 2))
    await _sign(network, probe, load, half * plan.seconds + 1_000)
    at_half = await load.open(plan.seconds, half, HALF_RATE_BATCH)
    idle = await load.single(IDLE_TRANSACTIONS)
    print(
        f"half rate p50 {percentile(at_half.latencies_us, 500) / 1e3:.1f} ms, idle p50 "
        f"{percentile(idle.latencies_us, 500) / 1e3:.1f} ms"
    )
    scenario = None
    if plan.scenario != "none":
        rate = sustained.transactions_per_second
        scenario = await run_scenario(network, probe, load, plan, rate, _sign)
    _, roots = await state_roots(network, probe)
    bound = _cores() / (len(network.names) * verify)
    return Report(
        software=f"mohur {metadata.version('mohur')}",
        python=platform.python_version(),
        cores=_cores(),
        validators=len(network.names),
        plan=plan,
        verify_us=round(verify * 1e6, 2),
        signature_bound_per_second=round(bound),
        sustained=sustained,
        ratio_to_signature_bound=round(sustained.transactions_per_second / bound, 3),
        half_rate=_latency(at_half, half),
        idle=_latency(idle, 0),
        stages=_stages(before, after, sustained.finalised),
        memory_mb={name: reading.memory_bytes // 1_000_000 for name, reading in after.items()},
        disk_bytes_per_transaction=_disk(before, after, sustained.finalised),
        load_generator_cpu_seconds=round(load_cpu, 1),
        machine_share_percent=round(share, 1),
        roots_equal=len(set(roots.values())) == 1,
        scenario=scenario,
    )


async def _sign(network: Network, probe: Probe, load: Load, count: int) -> None:
    status = await probe.ask(network.url(network.running[0]), "node_status", NodeStatus)
    await load.sign(count, status.height + WINDOW_BLOCKS - VALID_MARGIN)


def _sustained(
    result: Result, before: dict[str, Reading], after: dict[str, Reading], blocks: int
) -> Sustained:
    name = next(iter(after))
    total = {
        s: n - before[name].transactions.get(s, 0) for s, n in after[name].transactions.items()
    }
    failed = sum(count for symbol, count in total.items() if symbol != "OK")
    finalised = sum(total.values())
    whole = result.final_by_second[2:-1] or result.final_by_second
    return Sustained(
        transactions_per_second=round(result.final / max(result.elapsed_seconds, 0.001), 1),
        slowest_second=min(whole, default=0),
        seconds=result.elapsed_seconds,
        finalised=finalised,
        failed=failed,
        rejected=result.rejected,
        unresolved=result.unresolved,
        latency_p50_ms=percentile(result.latencies_us, 500) / 1e3,
        latency_p99_ms=percentile(result.latencies_us, 990) / 1e3,
        blocks=blocks,
        transactions_per_block=round(finalised / max(blocks, 1), 1),
    )


def _latency(result: Result, per_second: int) -> Latency:
    ascending = result.latencies_us
    return Latency(
        per_second=per_second,
        transactions=len(ascending),
        p50_ms=percentile(ascending, 500) / 1e3,
        p99_ms=percentile(ascending, 990) / 1e3,
        highest_ms=(ascending[-1] if ascending else 0) / 1e3,
    )


def _stages(
    before: dict[str, Reading], after: dict[str, Reading], finalised: int
) -> tuple[StageCost, ...]:
    """Mean over the validators; what no stage booked is `other`: loop, kernel, interpreter."""
    spent: dict[str, float] = {}
    cpu = 0.0
    for name, reading in after.items():
        cpu += reading.cpu_seconds - before[name].cpu_seconds
        for stage, seconds in reading.stages.items():
            spent[stage] = spent.get(stage, 0.0) + seconds - before[name].stages.get(stage, 0.0)
    spent["other"] = max(0.0, cpu - sum(spent.values()))
    spent["all"] = cpu
    unit = 1e6 / max(finalised * len(after), 1)
    return tuple(
        StageCost(
            stage=stage,
            us_per_transaction=round(seconds * unit, 1),
            share_percent=round(100 * seconds / max(cpu, 1e-9), 1),
        )
        for stage, seconds in spent.items()
    )


def _disk(before: dict[str, Reading], after: dict[str, Reading], finalised: int) -> float:
    grown = sum(reading.disk_bytes - before[name].disk_bytes for name, reading in after.items())
    return round(grown / max(finalised * len(after), 1), 1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
