"""What clients did and saw, and whether one order of transactions explains all of it.

Rules of this file:
1. One monotonic clock stamps all clients: an answer that came before another call began is earlier,
   whoever the two clients are and whichever nodes they spoke to.
2. A call without an answer proves nothing; the transaction may be in the chain once or not at all.
3. Times are seconds, places are (height, index).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

Place = tuple[int, int]


class Broken(AssertionError):
    """Something happened that must never happen, or not what must happen."""


class TooSlow(Broken):
    """A measured time or rate missed its bound; nothing is lost, doubled or different."""


@dataclass(slots=True)
class Operation:
    """One transaction of one client."""

    tx_id: bytes
    invoked_at: float
    """Just before it was first sent."""
    nodes: list[str] = field(default_factory=list)
    """Whom it was sent to, in order."""
    acked_at: float | None = None
    """When the first receipt arrived; None: no answer that says what became of it."""
    place: Place | None = None
    """Where the first receipt says that it is."""
    seen: list[tuple[str, Place]] = field(default_factory=list)
    """What nodes said about its place afterwards."""
    refused: str = ""
    """Symbol of a refusal that repeating does not change."""


def judge(operations: Iterable[Operation], placed: Mapping[bytes, list[Place]]) -> None:
    """Compare what clients saw with the finalised chain: tx_id -> its places. Broken."""
    known = list(operations)
    for operation in known:
        _judge_one(operation, placed.get(operation.tx_id, []))
    strangers = set(placed) - {operation.tx_id for operation in known}
    if strangers:
        raise Broken(f"{len(strangers)} transactions in the chain that no client sent")
    judge_order(known, placed)


def _judge_one(operation: Operation, places: list[Place]) -> None:
    name = operation.tx_id.hex()
    if len(places) > 1:
        raise Broken(f"{name} is in the chain more than once: {places}")
    if operation.place is not None and places != [operation.place]:
        raise Broken(f"{name} was acknowledged at {operation.place}, the chain has it at {places}")
    for node, place in operation.seen:
        if places != [place]:
            raise Broken(f"{node} showed {name} at {place}, the chain has it at {places}")
    if operation.refused and places:
        raise Broken(f"{name} was refused for good ({operation.refused}) and is at {places}")


def judge_order(operations: list[Operation], placed: Mapping[bytes, list[Place]]) -> None:
    """Real-time order: acknowledged before another one was sent = before it in the chain. Broken.

    One sweep over both kinds of moments: the highest place acknowledged so far must be below that
    of whatever is sent from now on.
    """
    acked = sorted(
        (operation.acked_at, placed[operation.tx_id][0])
        for operation in operations
        if operation.acked_at is not None and operation.tx_id in placed
    )
    highest: Place = (0, -1)
    at = 0
    for operation in sorted(operations, key=lambda each: each.invoked_at):
        while at < len(acked) and acked[at][0] < operation.invoked_at:
            highest = max(highest, acked[at][1])
            at += 1
        for place in placed.get(operation.tx_id, []):
            if place < highest:
                raise Broken(
                    f"{operation.tx_id.hex()} at {place} was sent after {highest} had been "
                    "acknowledged"
                )


def gap_longest_s(operations: Iterable[Operation], begin: float, end: float) -> float:
    """Longest time between two acknowledgements from `begin` to `end`, both ends included."""
    times = sorted(
        operation.acked_at
        for operation in operations
        if operation.acked_at is not None and begin <= operation.acked_at <= end
    )
    edges = [begin, *times, end]
    return max(after - before for before, after in pairwise(edges))


def latencies_ms(operations: Iterable[Operation], begin: float, end: float) -> list[float]:
    """Of what was sent from `begin` to `end` and acknowledged, ascending."""
    return sorted(
        1e3 * (operation.acked_at - operation.invoked_at)
        for operation in operations
        if operation.acked_at is not None and begin <= operation.invoked_at <= end
    )
