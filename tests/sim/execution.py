"""One execution: a safety phase with all faults of a plan, then a liveness phase, then quiet.

Safety phase: anything happens; the checkers of world.py look on.
Liveness phase: links are well, all but up to f machines are back, and new blocks are due in time
(page 07: the cap of a timeout + 5 s, once more for each faulty primary in a row).
Quiet: little happens for a while; then all correct nodes are level, and what was acknowledged is in
all their chains.
"""

import asyncio
from collections.abc import Iterable

import msgspec

from node.sync.blocks import ARCHIVE_WAITS_S
from tests.sim.loop import run_virtually
from tests.sim.network import Weather
from tests.sim.node import SimNode
from tests.sim.plan import Plan
from tests.sim.snapshot_faults import is_far
from tests.sim.snapshots import small_answers
from tests.sim.turns import Turns
from tests.sim.violation import Violation
from tests.sim.world import World

GRACE_MS = 5_000
"""Beside the timeouts (page 07, liveness)."""
HEIGHTS_AFTER = 3
LEVEL_WITHIN_MS = 60_000
"""For nodes that have to fetch all blocks first, or wait for somebody who has them."""
SNAPSHOT_MS = 20_000
"""More for all if somebody is so far behind that it has to take a snapshot first: three tries and
the blocks above it. Who keeps everything waits for blocks before (blocks.ARCHIVE_WAITS_S)."""
LOOK_EACH_MS = 250
AGAIN_EACH_MS = 1_000
"""Clients that wait for a block send again what may have been lost with the node that took it."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one execution did."""

    seed: int
    n: int
    node_ms: int
    """Virtual milliseconds times nodes."""
    height: int
    recovery_ms: int
    """From the end of all faults to the next block."""
    stats: dict[str, int]
    trace: str


class Failure(AssertionError):
    """An execution broke a property."""

    def __init__(self, plan: Plan, cause: BaseException, where: str) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.plan = plan
        self.cause = cause
        self.where = where
        """Time, and where each node stood."""


def run(plan: Plan, chosen: Iterable[int] | None = None) -> Outcome:
    """One execution, with all faults of the plan or those of these numbers. Raises Failure."""
    numbers = None if chosen is None else tuple(chosen)
    with small_answers(plan.snapshots):
        return run_virtually(lambda: _run(plan, numbers))


async def _run(plan: Plan, chosen: tuple[int, ...] | None) -> Outcome:
    async with asyncio.TaskGroup() as group:
        world = World(plan, group)
        for name, node in world.nodes.items():
            node.turns = Turns(world.streams.stream(f"turns {name}"))
        try:
            world.begin(chosen)
            return await _phases(world)
        except Exception as cause:
            where = f"after {world.elapsed_ms()} ms\n  {world.describe()}"
            raise Failure(plan, cause, where) from cause
        finally:
            world.end()


async def _phases(world: World) -> Outcome:
    plan = world.plan
    await world.wait(plan.safety_ms)
    begin_ms = world.elapsed_ms()
    world.rest(calm(plan.weather))
    before = world.chain.height
    for node in world.core():
        world.workload.send(node, (world.workload.make(before, blocks=plan.window),))
    limit_ms = recovery_limit_ms(world)
    await _until(world, before + 1, limit_ms, "no block after healing")
    recovery_ms = world.elapsed_ms() - begin_ms
    await _until(world, before + HEIGHTS_AFTER, HEIGHTS_AFTER * limit_ms, "no blocks go on")
    world.workload.quiet = True
    world.liars.stop()
    await world.wait(world.elapsed_ms() + plan.quiet_ms)
    world.workload.running = False
    await _until(world, world.chain.height, LEVEL_WITHIN_MS, "not level")
    _check_end(world)
    world.trace.update(repr(sorted(world.stats.items())).encode())
    told = [each.snapshots.told for each in world.answers.values()]
    counts = (world.chain.counts, world.votes.counts, world.snapshots.counts)
    for source in (world.network.stats, *counts, *told):
        world.stats.update(source)
    world.stats["lies"] = world.liars.acts
    world.stats["false answers"] = sum(each.altered for each in world.answers.values())
    world.stats["torn"] = sum(node.disk.torn for node in world.nodes.values())
    world.stats["names lost"] = sum(node.disk.lost_names for node in world.nodes.values())
    return Outcome(
        seed=plan.seed,
        n=plan.n,
        node_ms=world.elapsed_ms() * len(world.nodes),
        height=world.chain.height,
        recovery_ms=recovery_ms,
        stats=dict(sorted(world.stats.items())),
        trace=world.trace.hexdigest(),
    )


def calm(weather: Weather) -> Weather:
    """The same distances, nothing lost."""
    return msgspec.structs.replace(weather, loss_e3=0, duplicates_e3=0, tail_e3=0, reorder=False)


def recovery_limit_ms(world: World) -> int:
    """Page 07: (k + 1) timeouts + 5 s, k = faulty primaries that can follow each other.

    A node that is far behind may be needed for a quorum, or be slower than the others.
    """
    lame = len(world.nodes) - len(world.core())
    far = [node for node in world.core() if is_far(world, node)]
    more_ms = SNAPSHOT_MS if far else 0
    if any(node.snapshots.retain_blocks == 0 for node in far):
        more_ms += int(ARCHIVE_WAITS_S * 1_000)
    return (lame + 1) * world.plan.timeouts[2] + GRACE_MS + more_ms


async def _until(world: World, height: int, within_ms: int, complaint: str) -> None:
    """All nodes of the core reach a height. Clients send until they have it."""
    limit_ms = world.elapsed_ms() + within_ms
    again_ms = 0
    while any(node.height < height for node in world.core()):
        now_ms = world.elapsed_ms()
        if now_ms >= limit_ms:
            raise Violation(f"{complaint} within {within_ms} ms: height {height} is wanted")
        if world.chain.height < height and now_ms >= again_ms:
            world.workload.insist(world.core()[0], world.chain.height)
            again_ms = now_ms + AGAIN_EACH_MS
        await world.wait(world.elapsed_ms() + LOOK_EACH_MS)


def _check_end(world: World) -> None:
    for node in world.core():
        _check_acknowledged(world, node)


def _check_acknowledged(world: World, node: SimNode) -> None:
    """What a client was told is in the chain of everybody, at that very height.

    Who has thrown the block away stands on the one chain that the checkers know (chain_checks).
    """
    floor = node.chain.blocks.floor.blocks
    for tx_id, height in world.workload.acknowledged.items():
        place = node.chain.blocks.place(tx_id)
        if world.chain.places.get(tx_id) == height < floor and place is None:
            continue
        if place is None or place.height != height:
            raise Violation(f"{node.name} lost a transaction acknowledged at height {height}")


def first(group: BaseException) -> BaseException:
    """The first leaf of a group."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
