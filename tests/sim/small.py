"""Small executions and campaigns of them: what Twins and mutations share.

A code names an execution; it starts, is healed, and then HEIGHTS_AFTER blocks are due. An attempt
gives an Outcome, or the text of a failure with the command that repeats it. A campaign prints what
was done and asserts it.
"""

import argparse
import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import TypeVar

import msgspec

from consensus.quorum import max_faulty
from tests.sim.execution import first
from tests.sim.loop import run_virtually
from tests.sim.network import Weather
from tests.sim.node import SimNode
from tests.sim.plan import Plan, draw
from tests.sim.violation import Violation
from tests.sim.world import World

TIMEOUTS_MS = (100, 100, 800)
"""Lower and upper bound of T0, and the cap (R2)."""
GRACE_MS = 5_000
"""Beside the timeouts (page 07, liveness)."""
MEET_MS = 40
"""From the start to the first partition: all Statuses have come, without which nobody may vote
(R12), and nobody has proposed."""
HEIGHTS_AFTER = 2
"""Blocks that are due after healing."""
LOOK_EACH_MS = 50
EVENTS_MAX = 200_000
"""Of all cores in one execution; healthy ones have a few thousand."""

W = TypeVar("W", bound=World)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one execution did."""

    code: str
    node_ms: int
    """Virtual milliseconds times processes."""
    recovery_ms: int
    """From the healing until HEIGHTS_AFTER blocks were decided by all the honest."""
    stats: dict[str, int]
    trace: str


class Failure(AssertionError):
    """An execution broke a property."""

    def __init__(self, code: str, cause: BaseException, where: str) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.code = code
        self.cause = cause
        self.where = where
        """Time, and where each process stood."""


def small_plan(seed: int, n: int, rotation: int) -> Plan:
    """The plan of a world without faults of its own and with short times."""
    return msgspec.structs.replace(
        draw(1),
        seed=seed,
        n=n,
        spare=0,
        snapshots=None,
        rotation=rotation,
        window=20,
        block_max=500,
        real_signatures=False,
        liars=(),
        frail=(),
        away=(),
        timeouts=TIMEOUTS_MS,
        status_ms=300,
        empty_ms=100,
        weather=Weather(delay_ms=(1, 10), loss_e3=0, duplicates_e3=0, reorder=True, tail_e3=0),
        skews=(0,) * n,
        load="idle",
        faults=(),
    )


def execute(
    code: str,
    make: Callable[[asyncio.TaskGroup], W],
    play: Callable[[W], Coroutine[None, None, int]],
) -> Outcome:
    """One execution; `play` gives its recovery_ms. Raises Failure."""
    try:
        return run_virtually(lambda: _execute(code, make, play))
    except BaseExceptionGroup as group:
        found = first(group)
        if isinstance(found, Failure):
            raise found from None
        raise


async def _execute(
    code: str,
    make: Callable[[asyncio.TaskGroup], W],
    play: Callable[[W], Coroutine[None, None, int]],
) -> Outcome:
    async with asyncio.TaskGroup() as group:
        world = make(group)
        try:
            recovery_ms = await play(world)
            stats = Counter(world.stats)
            for source in (world.network.stats, world.chain.counts, world.votes.counts):
                stats.update(source)
            return Outcome(
                code=code,
                node_ms=world.elapsed_ms() * len(world.nodes),
                recovery_ms=recovery_ms,
                stats=dict(sorted(stats.items())),
                trace=world.trace.hexdigest(),
            )
        except Exception as cause:
            where = f"after {world.elapsed_ms()} ms\n  {world.describe()}"
            raise Failure(code, cause, where) from cause
        finally:
            world.end()


def check_storm(world: World) -> None:
    """Cores that keep each other busy make no progress in virtual time (R2)."""
    if world.stats["events"] > EVENTS_MAX:
        raise Violation(f"a storm: more than {EVENTS_MAX} events")


async def go_on(world: World) -> int:
    """After healing: HEIGHTS_AFTER further blocks at all the honest, in time. What it took, ms."""
    begin_ms, before = world.elapsed_ms(), world.chain.height
    for node in world.core():
        world.workload.send(node, (world.workload.make(before),))
    views = max_faulty(world.plan.n) + 1
    limit_ms = begin_ms + HEIGHTS_AFTER * (views * TIMEOUTS_MS[2] + GRACE_MS)
    while any(node.height < before + HEIGHTS_AFTER for node in world.core()):
        if world.elapsed_ms() >= limit_ms:
            raise Violation(f"no block {before + HEIGHTS_AFTER} by {limit_ms} ms")
        await world.wait(world.elapsed_ms() + LOOK_EACH_MS)
    recovery_ms = world.elapsed_ms() - begin_ms
    for node in world.core():
        _check_acknowledged(world, node)
    return recovery_ms


def _check_acknowledged(world: World, node: SimNode) -> None:
    """What any node has told a client is in the chain of this one, if it is that far."""
    for tx_id, height in world.workload.acknowledged.items():
        place = node.chain.blocks.place(tx_id)
        if node.height >= height and (place is None or place.height != height):
            raise Violation(f"{node.name} lost a transaction acknowledged at height {height}")
    world.stats["acknowledged"] += len(world.workload.acknowledged)


# --- many -------------------------------------------------------------------------------------


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """How executions of one kind are named, tried and judged."""

    verb: str
    """Of the Makefile."""
    attempt: Callable[[str], Outcome | str]
    """A function of a module: what an execution did, or how it failed."""
    codes: Callable[[int, int], Iterable[str]]
    """(seed, count) -> the codes of a campaign."""
    must_happen: tuple[str, ...]
    """Statistics that are not 0 in a campaign of at least `seen_from` executions."""
    seen_from: int


def failed(verb: str, failure: Failure) -> str:
    """For people: how it failed and how to repeat it."""
    code = failure.code
    return (
        f'{code} FAILED: {failure}\n  {failure.where}\nrepeat it: make {verb} ARGS="--code {code}"'
    )


def results(campaign: Campaign, seed: int, count: int, jobs: int) -> Iterator[Outcome | str]:
    """The executions of a campaign, in the order of its codes."""
    codes = campaign.codes(seed, count)
    if jobs == 1:
        yield from map(campaign.attempt, codes)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(campaign.attempt, codes, chunksize=16)


class Totals:
    """What a campaign did."""

    def __init__(self) -> None:
        self.executions = 0
        self.failed = 0
        self.node_ms = 0
        self.slowest = (0, "")
        self.stats: Counter[str] = Counter()
        self.trace = ""

    def add(self, result: Outcome | str) -> None:
        """One more execution."""
        self.executions += 1
        if isinstance(result, str):
            self.failed += 1
            return
        self.node_ms += result.node_ms
        self.slowest = max(self.slowest, (result.recovery_ms, result.code))
        self.stats.update(result.stats)
        self.trace = result.trace

    def text(self, words: tuple[str, ...]) -> str:
        """For people."""
        counts = ", ".join(f"{word} {self.stats[word]}" for word in words)
        return (
            f"{self.executions} executions, {self.node_ms / 3_600_000:.1f} node-hours, "
            f"{self.stats['events']} events, {self.stats['decisions']} decisions, "
            f"{self.failed} failed\n{counts}\n"
            f"slowest recovery {self.slowest[0]} ms ({self.slowest[1]})\ntrace {self.trace}"
        )


def main(campaign: Campaign, arguments: list[str]) -> int:
    """The command line; 1 if an execution failed or too little happened."""
    parser = argparse.ArgumentParser(prog=f"make {campaign.verb}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--n", type=int, default=1_000, help="how many executions")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--code", default=None, help="one execution by its code")
    parser.add_argument("--keep-going", action="store_true", help="go on after a failure")
    options = parser.parse_args(arguments)
    if options.code is not None:
        result = campaign.attempt(options.code)
        print(result)
        return int(isinstance(result, str))
    begin, totals = time.process_time(), Totals()
    for result in results(campaign, options.seed, options.n, options.jobs):
        totals.add(result)
        if isinstance(result, str):
            print(result, flush=True)
            if not options.keep_going:
                break
    print(totals.text(campaign.must_happen))
    if options.jobs == 1:
        print(f"{time.process_time() - begin:.0f} s of CPU")
    missing = [word for word in campaign.must_happen if not totals.stats[word]]
    if totals.executions != options.n or (options.n >= campaign.seen_from and missing):
        print(f"{totals.executions} of {options.n} executions; never happened: {missing}")
        return 1
    return 1 if totals.failed else 0
