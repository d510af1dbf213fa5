"""How each fault of a plan is done to a world, and undone.

A table of kinds: the name in a plan, and the function that does it. Each counts itself where it has
really happened, so that a campaign can say that no kind is a dead letter.
"""

import asyncio
import errno
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from consensus.messages import Commit, Prepare, PrePrepare, Status, ViewChange
from node.wire.peer_messages import BlockReply, PeerMessage, SyncReply
from tests.sim.disk import no_effect
from tests.sim.network import Pair
from tests.sim.node import SimNode
from tests.sim.plan import SET_KINDS, Fault
from tests.sim.snapshot_faults import behind, cut_taking, joins_late

if TYPE_CHECKING:
    from tests.sim.world import World

BACKUP_EACH_MS = 7_000
"""Of the frail."""
DEAF_TO: tuple[type, ...] = (PrePrepare, Prepare, Commit, ViewChange, Status)
Do = Callable[["World", Fault], None]


def apply(world: "World", fault: Fault) -> None:
    """Do it now."""
    FAULTS[fault.kind](world, fault)


def later(ms: int, call: Callable[[], object]) -> None:
    """In virtual time."""
    asyncio.get_running_loop().call_later(ms * 0.001, call)


def back_up(world: "World") -> None:
    """Copy the disks of the frail, as an administrator does, now and every so often."""
    if world.resting:
        return
    for name in world.plan.frail:
        node = world.nodes[name]
        world.backups[name] = (node.disk.copy(), node.image.copy())
    later(BACKUP_EACH_MS, partial(back_up, world))


# --- processes and machines -----------------------------------------------------------------------


def crash(world: "World", fault: Fault, *, by_power: bool) -> None:
    """After some effects of the node, whatever they are; of one that is down, of its next start."""
    node = world.nodes[fault.nodes[0]]
    if node.crash_at is not None:
        return
    node.crash_at, node.by_power = node.effects + fault.value, by_power
    world.revive_later(node, fault.for_ms, fault.kind)


def blackout(world: "World", fault: Fault) -> None:
    """The power of all machines fails; they come back one after the other."""
    world.count("blackout")
    for index, name in enumerate(fault.nodes):
        node = world.nodes[name]
        if node.alive:
            node.by_power, node.on_death = True, None
            node.die("blackout")
        later(1 + fault.for_ms * index // len(fault.nodes), partial(world.revive, node))


def slow(world: "World", fault: Fault) -> None:
    """A node takes time for each message."""
    node = world.nodes[fault.nodes[0]]
    world.count("slow")
    node.line.slow_ms = fault.value

    def over() -> None:
        node.line.slow_ms = 0

    later(fault.for_ms, over)


def clock(world: "World", fault: Fault) -> None:
    """A clock jumps, and is set right later."""
    node = world.nodes[fault.nodes[0]]
    world.count("clock")
    node.wall_ms += fault.value

    def over() -> None:
        node.wall_ms -= fault.value

    later(fault.for_ms, over)


def rush(world: "World", fault: Fault) -> None:
    """A client sends more than a block holds."""
    node = world.nodes[fault.nodes[0]]
    if node.alive:
        world.count("rush")
        world.workload.rush(node, fault.value)


def change_set(world: "World", fault: Fault) -> None:
    """Somebody asks for another validator set; counted where it is in force (chain_checks)."""
    world.changes.ask(fault.kind, fault.value)


# --- links ----------------------------------------------------------------------------------------


def links(world: "World", fault: Fault, cause: str, pairs: list[Pair]) -> None:
    """Something is wrong with these directions for a while."""
    world.count(fault.kind)
    world.network.spoil(cause, pairs)
    later(fault.for_ms, partial(world.mend, cause, pairs))


def split(world: "World", fault: Fault) -> None:
    """Two sides: loud if the value is even in its length of time, else silent."""
    one, other = fault.nodes[: fault.value], fault.nodes[fault.value :]
    pairs = [(a, b) for a in one for b in other] + [(b, a) for a in one for b in other]
    links(world, fault, "down" if fault.for_ms != 500 else "lossy", pairs)


def isolate(world: "World", fault: Fault) -> None:
    """One node loses all connections."""
    name = fault.nodes[0]
    pairs = [(name, other) for other in world.nodes if other != name]
    links(world, fault, "down", pairs)


def one_way(world: "World", fault: Fault) -> None:
    """A node hears everybody and is heard by nobody."""
    name = fault.nodes[0]
    links(world, fault, "lossy", [(name, other) for other in world.nodes if other != name])


def silence(world: "World", fault: Fault) -> None:
    """A node is heard by some and hears nobody."""
    name = fault.nodes[0]
    pairs = [(other, name) for other in world.nodes if other != name]
    links(world, fault, "lossy", pairs)


def bridge(world: "World", fault: Fault) -> None:
    """Two sides that reach each other only through one node, which passes nothing on."""
    middle, rest = fault.nodes[0], fault.nodes[1:]
    at = max(1, fault.value - 1)
    pairs = [(a, b) for a in rest[:at] for b in rest[at:] if middle not in (a, b)]
    links(world, fault, "down", pairs)


def clog(world: "World", fault: Fault) -> None:
    """One direction stands still and fills the send queue."""
    links(world, fault, "clogged", [(fault.nodes[0], fault.nodes[1])])


def deaf(world: "World", fault: Fault) -> None:
    """One kind of message does not reach a node."""
    name, kind = fault.nodes[0], DEAF_TO[fault.value % len(DEAF_TO)]
    _filter(world, fault, lambda _, target, message: target == name and isinstance(message, kind))


def favour(world: "World", fault: Fault) -> None:
    """Only a few nodes get the Commits, or the Prepares: they go ahead alone."""
    some = fault.nodes
    kinds = ((Commit, Status, SyncReply, BlockReply), (Commit,), (Prepare,))[fault.value % 3]
    _filter(
        world,
        fault,
        lambda _, target, message: target not in some and isinstance(message, kinds),
    )


def _filter(world: "World", fault: Fault, loses: Callable[[str, str, PeerMessage], bool]) -> None:
    world.count(fault.kind)
    filters = world.network.filters
    filters.append(loses)

    def over() -> None:
        if loses in filters:
            filters.remove(loses)

    later(fault.for_ms, over)


# --- disks ----------------------------------------------------------------------------------------


def failing_disk(world: "World", fault: Fault, number: int) -> None:
    """A call of the sign guard's disk fails; the process ends."""
    node = world.nodes[fault.nodes[0]]
    if node.alive:
        node.disk.failing, node.disk.error = fault.value, number
        world.revive_later(node, fault.for_ms, fault.kind)


def failing_batch(world: "World", fault: Fault) -> None:
    """A batch of the store fails; the process ends."""
    node = world.nodes[fault.nodes[0]]
    if node.alive:
        node.store.failing = fault.value
        world.revive_later(node, fault.for_ms, fault.kind)


def forgetting(world: "World", fault: Fault) -> None:
    """A frail machine goes down, its disk is changed, and it comes back."""
    node = world.nodes[fault.nodes[0]]
    if node.alive:
        node.by_power, node.on_death = fault.value % 2 == 0, None
        node.die(fault.kind)
    if FORGET[fault.kind](world, node):
        world.count(fault.kind)
        world.votes.forgetful[node.name] = fault.kind
    later(fault.for_ms, partial(world.revive, node))


def lost_guard(world: "World", node: SimNode) -> bool:
    """The sign guard is gone."""
    if not node.disk.exists(node.guard_path):
        return False
    node.disk.effect = no_effect
    node.disk.remove(node.guard_path)
    node.disk.sync_folder(node.guard_path.parent)
    return True


def old_guard(world: "World", node: SimNode) -> bool:
    """The sign guard is that of a backup.

    What it lacks may be of the open height, where only the Statuses of others can tell: such a
    machine counts as faulty.
    """
    backup = world.backups.get(node.name)
    if backup is None:
        return False
    node.disk.restore(backup[0])
    world.votes.excused[node.name] = "restored from a backup"
    return True


def old_store(world: "World", node: SimNode) -> bool:
    """The store is that of a backup, the sign guard is not."""
    backup = world.backups.get(node.name)
    if backup is None:
        return False
    node.image = backup[1].copy()
    return True


def old_both(world: "World", node: SimNode) -> bool:
    """A machine goes back in time: nothing on it can know."""
    return old_guard(world, node) and old_store(world, node)


def flip_guard(world: "World", node: SimNode) -> bool:
    """One bit of the sign guard."""
    return node.disk.flip(node.guard_path)


def flip_store(world: "World", node: SimNode) -> bool:
    """One bit of the store: its checksums find it, and it is rebuilt from peers."""
    node.image.damaged = True
    return True


FORGET: dict[str, Callable[["World", SimNode], bool]] = {
    "lost_guard": lost_guard,
    "old_guard": old_guard,
    "old_store": old_store,
    "old_both": old_both,
    "flip_guard": flip_guard,
    "flip_store": flip_store,
}

FAULTS: dict[str, Do] = {
    "kill": partial(crash, by_power=False),
    "power": partial(crash, by_power=True),
    "blackout": blackout,
    "split": split,
    "isolate": isolate,
    "one_way": one_way,
    "silence": silence,
    "bridge": bridge,
    "clog": clog,
    "deaf": deaf,
    "favour": favour,
    "slow": slow,
    "clock": clock,
    "rush": rush,
    "sync_fails": partial(failing_disk, number=errno.EIO),
    "disk_full": partial(failing_disk, number=errno.ENOSPC),
    "batch_fails": failing_batch,
    **dict.fromkeys(FORGET, forgetting),
    **dict.fromkeys(SET_KINDS, change_set),
    "behind": behind,
    "joins_late": joins_late,
    "cut_taking": cut_taking,
}
"""Every kind of plan.KINDS, plan.SET_KINDS and plan.SNAPSHOT_KINDS."""
