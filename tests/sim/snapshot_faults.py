"""Who has to take a snapshot, and who dies over it. Entries of the table in faults.py."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tests.sim.node import SimNode
from tests.sim.plan import Fault

if TYPE_CHECKING:
    from tests.sim.world import World

LOOK_EACH_MS = 200
BEHIND_MS_MAX = 15_000
"""After this long it comes back, however near it is."""


def later(ms: int, call: "partial[None]") -> None:
    """In virtual time."""
    asyncio.get_running_loop().call_later(ms * 0.001, call)


def is_far(world: "World", node: SimNode) -> bool:
    """Whether it is behind by more than nodes keep, so that it has to take a snapshot."""
    plan = world.plan.snapshots
    return plan is not None and world.chain.height - node.height_on_disk() > plan.retain


def behind(world: "World", fault: Fault) -> None:
    """A node is down, or cut off, until the others have thrown away what it needs next."""
    node = world.nodes[fault.nodes[0]]
    if node.is_held or not node.alive:
        return
    is_down = fault.value % 2 == 1
    pairs = [(node.name, other) for other in world.nodes if other != node.name]
    if is_down:
        node.is_held, node.by_power, node.on_death = True, fault.value % 3 == 0, None
        node.die("behind")
    else:
        world.network.spoil("down", pairs)
    limit_ms = world.elapsed_ms() + BEHIND_MS_MAX

    def look() -> None:
        if world.resting:
            return
        if not is_far(world, node) and world.elapsed_ms() < limit_ms:
            later(LOOK_EACH_MS, partial(look))
            return
        if is_far(world, node):
            world.count("behind")
        if is_down:
            node.is_held = False
            world.revive(node)
        else:
            world.mend("down", pairs)

    look()


def joins_late(world: "World", fault: Fault) -> None:
    """A node that was held from the start (world.begin) runs for the first time."""
    node = world.nodes[fault.nodes[0]]
    if node.life == 0:
        if is_far(world, node):
            world.count("joins_late")
        node.is_held = False
        world.revive(node)


def cut_taking(world: "World", fault: Fault) -> None:
    """A process dies, or loses its power, some effects after it began to build a store."""
    node = world.nodes[fault.nodes[0]]

    def begin() -> None:
        if node.crash_at is None:
            node.snapshots.on_begin = None
            node.crash_at, node.by_power = node.effects + fault.value, fault.for_ms % 1_000 == 0
            world.revive_later(node, fault.for_ms, fault.kind)

    node.snapshots.on_begin = begin
