"""Bounds of everything that grows, each looked at with the event that lets it grow (R10).

What is counted is what is held, never a counter of the product: one that is wrong is a fault, too.
"""

from typing import TypeVar

from consensus.replica import Replica
from consensus.votes import VoteBook
from node.intake import WAITING_BYTES_PER_PEER_MAX
from node.p2p.send_queue import SendQueue
from tests.sim.network import QUEUE_BYTES_MAX, Pair
from tests.sim.node import SimNode
from tests.sim.violation import Violation

V = TypeVar("V")
VIEWS_MAX = 2
"""Of which votes of one sender and kind are kept (R10)."""


def check(node: SimNode, replica: Replica, everybody: int) -> None:
    """The books of a core, and the pool beside it: after each event."""
    core = replica._core
    hs = core.hs
    n = hs.n
    shell = node.shell
    limits = shell.pool.limits
    small = (
        len(core.future) <= 4 * n
        and len(core.held) <= 2 * everybody
        and len(hs.proposals) <= 16
        and len(hs.results) <= 32
        and len(core.evidence) <= 102 * everybody
        and len(core.pending) <= 4 * 64
        and len(shell.pool) <= limits.transactions_max
        and shell.pool.bytes <= limits.bytes_max
    )
    if not small:
        raise Violation(f"{node.name} keeps too much at height {hs.height}, view {hs.view}")
    most = max(
        _most(hs.prepares), _most(hs.commits), _most(hs.view_changes), _most(hs.pre_prepares)
    )
    if most > VIEWS_MAX:
        raise Violation(f"{node.name} keeps {most} votes of one kind and sender")


def _most(book: VoteBook[V]) -> int:
    """Votes of the sender of whom most are held."""
    return max(map(len, book._rows))


def check_line(node: SimNode, peer: str) -> None:
    """The batches of one peer that wait for their check: after each message of that peer."""
    line = node.shell.intake._lines.get(peer)
    if line is None:
        return
    size_bytes = sum(len(body) for bodies in line for body in bodies)
    if size_bytes > WAITING_BYTES_PER_PEER_MAX:
        raise Violation(f"{node.name} lets {size_bytes} bytes of {peer} wait for their check")


def check_queue(pair: Pair, queue: SendQueue) -> None:
    """What waits on one link: after each message that is put into its queue."""
    size_bytes = sum(len(each.data) for lane in queue._lanes for each in lane.values())
    if size_bytes > QUEUE_BYTES_MAX:
        raise Violation(f"the link {pair[0]} -> {pair[1]} keeps {size_bytes} bytes")
