"""Blocks of the open height whose bodies are being fetched, and whom to ask for what."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from consensus.types import Proposal
from node.wire.peer_messages import BODIES_MAX, BodyRequest

WAITING_MAX = 64
"""Blocks of one height whose bodies are being fetched; the one asked for first goes first."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A block that cannot be executed yet."""

    proposal: Proposal
    asked: int
    """How many times bodies were asked for because a timer said so."""
    peer: str
    """Who was asked last; empty if there is nobody."""
    missing: tuple[bytes, ...]
    """Wire ids that were not here when they were last asked for."""
    wanted: frozenset[bytes]
    """The same, for questions."""


class MissingBodies:
    """Of one node, at its open height."""

    def __init__(
        self,
        *,
        is_held: Callable[[bytes], bool],
        ask: Callable[[str, BodyRequest], object],
    ) -> None:
        self._is_held = is_held
        self._ask = ask
        self._waiting: OrderedDict[bytes, Waiting] = OrderedDict()

    def blocks(self) -> list[tuple[bytes, Proposal]]:
        """(digest, block) of all that wait."""
        return [(digest, waiting.proposal) for digest, waiting in self._waiting.items()]

    def wants(self, wire_id: bytes) -> bool:
        """Whether a block waits for this body: what nobody asked for is not kept."""
        return any(wire_id in waiting.wanted for waiting in self._waiting.values())

    def fetch(self, digest: bytes, proposal: Proposal, peers: tuple[str, ...]) -> None:
        """Ask one peer after the other, the next one each time this is called again."""
        known = self._waiting.get(digest)
        asked = 0 if known is None else known.asked
        if known is None and len(self._waiting) >= WAITING_MAX:
            self._waiting.popitem(last=False)
        self._request(digest, proposal, asked + 1, peers[asked % len(peers)] if peers else "")

    def go_on(self, digest: bytes) -> None:
        """Bodies came, but not all: what did not fit into the question is asked for now.

        Of the same peer, once it has given all that it was asked for. Until the timer asks again it
        could be too late for the view.
        """
        waiting = self._waiting[digest]
        asked_for = waiting.missing[:BODIES_MAX]
        # The last one first: answers come in order, and this is asked after each part of them.
        if waiting.peer and all(self._is_held(wire_id) for wire_id in reversed(asked_for)):
            self._request(digest, waiting.proposal, waiting.asked, waiting.peer)

    def remove(self, digest: bytes) -> None:
        """All its bodies are here."""
        del self._waiting[digest]

    def clear(self) -> None:
        """The height is over."""
        self._waiting.clear()

    def _request(self, digest: bytes, proposal: Proposal, asked: int, peer: str) -> None:
        missing = tuple(each for each in proposal.wire_ids if not self._is_held(each))
        self._waiting[digest] = Waiting(proposal, asked, peer, missing, frozenset(missing))
        if peer and missing:
            self._ask(peer, BodyRequest(wire_ids=missing[:BODIES_MAX]))
