"""Bounds of everything that grows, looked at after each event of a core (R10)."""

from consensus.replica import Replica
from node.intake import WAITING_BYTES_PER_PEER_MAX
from node.p2p.send_queue import SendQueue
from tests.sim.network import QUEUE_BYTES_MAX, Network
from tests.sim.node import SimNode
from tests.sim.violation import Violation


def check(node: SimNode, replica: Replica, everybody: int) -> None:
    """The books of a core, and the pool beside it."""
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


def check_votes(node: SimNode) -> None:
    """The vote books, which take longer to count."""
    hs = node.shell.driver.replica._core.hs
    books = (hs.prepares, hs.commits, hs.view_changes, hs.pre_prepares)
    if any(len(book.all()) > 2 * hs.n for book in books):
        raise Violation(f"{node.name} keeps more than two views of each vote")
    waiting = node.shell.intake._waiting_bytes
    if any(size > WAITING_BYTES_PER_PEER_MAX for size in waiting.values()):
        raise Violation(f"{node.name} keeps more batches than its intake allows")


def check_queues(network: Network) -> None:
    """What waits on links."""
    if network.queued_bytes() > QUEUE_BYTES_MAX:
        raise Violation(f"a link keeps more than {QUEUE_BYTES_MAX} bytes ({SendQueue.__name__})")
