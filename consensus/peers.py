"""Connections and the last Status of each other validator.

Bound: one entry for each peer that the shell connects to; the shell connects to listed keys only.
"""

from consensus.messages import Status
from consensus.types import ValidatorId


class PeerState:
    """What is known of one peer."""

    __slots__ = ("connected", "heard_ms", "status", "told_ms", "was_connected")

    def __init__(self) -> None:
        self.connected = False
        self.was_connected = False
        """Connected at least once since the start: only such a connection can be *lost* (R2)."""
        self.status: Status | None = None
        self.heard_ms: int | None = None
        """Monotonic time of its last message."""
        self.told_ms: int | None = None
        """Monotonic time of the last Status that answered it."""


class PeerTable:
    """All peers, by id."""

    __slots__ = ("_peers",)

    def __init__(self) -> None:
        self._peers: dict[ValidatorId, PeerState] = {}

    def get(self, peer: ValidatorId) -> PeerState:
        """The entry of a peer that the shell knows."""
        state = self._peers.get(peer)
        if state is None:
            state = self._peers[peer] = PeerState()
        return state

    def find(self, peer: str) -> PeerState | None:
        """The entry of anybody, without making one."""
        return self._peers.get(ValidatorId(peer))

    def connected(self) -> list[ValidatorId]:
        """Connected peers, sorted."""
        return sorted(peer for peer, state in self._peers.items() if state.connected)

    def items(self) -> list[tuple[ValidatorId, PeerState]]:
        """All entries, sorted."""
        return sorted(self._peers.items(), key=_name_of)

    def lost(self, peer: ValidatorId) -> bool:
        """Was there a connection that is gone?"""
        state = self._peers.get(peer)
        return state is not None and state.was_connected and not state.connected


def _name_of(entry: tuple[ValidatorId, PeerState]) -> ValidatorId:
    return entry[0]
