"""Who the peers are, what each may cost, and what is known of each link."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.p2p.budget import PeerBudget

if TYPE_CHECKING:
    from node.p2p.link import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerAddress:
    """A validator or observer that this node talks to."""

    host: str
    """Name or address to dial; empty: this node only waits to be dialled (observers behind a
    gateway)."""
    port: int
    """TCP port, 1..65535; 0 with an empty host."""
    network_key: bytes
    """32 bytes, from the ledger: the pinned key."""
    more_keys: tuple[bytes, ...] = ()
    """Keys that count as well while a rotation takes effect."""

    @property
    def keys(self) -> tuple[bytes, ...]:
        """All that are pinned."""
        return (self.network_key, *self.more_keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerLimits:
    """Every bound of the transport. The defaults carry 31 validators at the target load."""

    handshake_timeout_s: float = 5.0
    """From the TCP connection to the end of TLS, and again to the peer's Hello."""
    pending_handshakes_max: int = 64
    """Strangers that may be in a handshake at once; the oldest makes way for the next."""
    dial_backoff_min_s: float = 0.05
    dial_backoff_max_s: float = 1.0
    """Pause after a failed dial: doubles from min to max."""
    dial_yield_s: float = 0.1
    """The higher id waits this long for the lower id to dial first, so that there is mostly one
    link."""
    ping_interval_s: float = 2.0
    """Silence of the own side after which a Ping is sent."""
    silence_max_s: float = 10.0
    """Silence of the other side after which the link is given up."""
    send_queue_bytes_max: int = 8 * 1024 * 1024
    """Waiting for one slow peer; at least two frames."""
    write_buffer_bytes_max: int = 256 * 1024
    """Handed to asyncio and not yet to the kernel; above it the send queue fills."""
    receive_bytes_per_s: float = 16 * 1024 * 1024
    receive_messages_per_s: float = 2_000
    """Above these a link is read later. A burst of one second is free."""
    heavy_messages: int = 4
    """Messages that one vote, status or request counts as: each costs signature checks or an
    answer. 500 a second are more than twice what an honest peer sends at 100 blocks a second, and
    cost at most a twentieth of a core."""
    waste_share: float = 0.05
    """Part of a core that a peer may use with what helps nobody but it: transactions that are not
    admitted, and answers to its questions. It is measured; above it the link is read later."""
    waste_burst_s: float = 0.25
    """CPU seconds of it that are free at the beginning: a node that catches up asks in a burst."""
    accept_per_s: float = 10.0
    """Connections that one address may open a second: a TLS handshake costs milliseconds."""
    accept_burst: float = 64.0
    """Free at the beginning: all peers of a network on one machine dial at once."""
    fault_pause_s: float = 1.0
    """A peer that broke a rule is not let in again before that: bounds what its junk can cost."""


class PeerState:
    """One configured peer."""

    __slots__ = (
        "address",
        "budget",
        "connected",
        "disconnected",
        "id",
        "instance",
        "link",
        "refused_until_s",
        "software",
    )

    def __init__(
        self, peer_id: str, address: PeerAddress, limits: PeerLimits, now_s: float
    ) -> None:
        self.id = peer_id
        self.address = address
        self.budget = PeerBudget(limits, now_s)
        """Over all its links: dialling again gives it no new burst."""
        self.link: Link | None = None
        """The one link in use."""
        self.instance = b""
        """Of the peer's process behind `link`."""
        self.software = ""
        """As its last Hello says."""
        self.refused_until_s = 0.0
        """Loop time before which it is not let in after a fault."""
        self.connected = asyncio.Event()
        self.disconnected = asyncio.Event()
        self.disconnected.set()

    def attach(self, link: "Link", instance: bytes) -> None:
        """Use this link from now on."""
        self.link = link
        self.instance = instance
        self.connected.set()
        self.disconnected.clear()

    def detach(self) -> None:
        """There is no link any more."""
        self.link = None
        self.connected.clear()
        self.disconnected.set()
