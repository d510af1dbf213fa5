"""When a primary leaves out what others hold: a reason to leave its view (R6).

Rules of this file:
1. Only what peers sent again is looked at: a transaction that enters at once costs nothing here.
2. A block passes a transaction over if it had room, the transaction was includable before it, and w
   validators (this one included) held it. PASSED_OVER_MIN such blocks are no accident: an honest
   primary takes the oldest first, and retransmission (R9) has brought it there. Of a sender whose
   transactions mostly fail it takes few, whatever room there is (failing_senders.py).
3. One node's opinion starts nothing: the core asks for a view change, and w of them make one.
"""

from collections import Counter
from collections.abc import Callable

from node.mempool import Includable, Mempool
from tokens.results import Code

PASSED_OVER_MIN = 20
"""Blocks with room that left it out."""
WATCHED_PER_PEER = 128
"""Transactions looked at because one peer was the first to send them again. Further ones of it are
not, until one of these enters or leaves: a censor that sends others again pushes out nothing."""


class Watched:
    """One transaction that peers sent again."""

    __slots__ = ("holders", "passed_over")

    def __init__(self, first: str) -> None:
        self.holders: dict[str, None] = {first: None}
        """Peers that sent it again; at most one entry each. It takes a place of the first."""
        self.passed_over = 0


class CensorshipWatch:
    """Of one node."""

    def __init__(self, *, pool: Mempool, weak_quorum: Callable[[], int]) -> None:
        self._pool = pool
        self._weak_quorum = weak_quorum
        self._watched: dict[bytes, Watched] = {}
        self._places: Counter[str] = Counter()
        """Peer -> how many it was the first to send again."""

    def heard_again(self, peer: str, wire_id: bytes) -> None:
        """A peer sent what this node's pool holds already."""
        found = self._watched.get(wire_id)
        if found is not None:
            found.holders[peer] = None
        elif self._places[peer] < WATCHED_PER_PEER and self._pool.body(wire_id) is not None:
            self._watched[wire_id] = Watched(peer)
            self._places[peer] += 1

    def before_block(self, includable: Includable, *, had_room: bool) -> None:
        """A block was decided; `includable` is still that of its parent state."""
        if not self._watched:
            return
        needed = self._weak_quorum() - 1
        for wire_id, watched in list(self._watched.items()):
            held = self._pool.body(wire_id)
            if held is None:
                self._forget(wire_id)
            elif (
                had_room
                and len(watched.holders) >= needed
                and not self._pool.is_failing(held)
                and includable(held) in (None, Code.OK)
            ):
                watched.passed_over += 1

    def decided(self, wire_ids: tuple[bytes, ...]) -> None:
        """These are in a block now."""
        if self._watched:
            for wire_id in wire_ids:
                self._forget(wire_id)

    def _forget(self, wire_id: bytes) -> None:
        found = self._watched.pop(wire_id, None)
        if found is not None:
            self._places[next(iter(found.holders))] -= 1

    @property
    def accuses(self) -> bool:
        """Something that w validators hold was passed over for long."""
        return any(each.passed_over >= PASSED_OVER_MIN for each in self._watched.values())
