"""What comes from peers: verified, then to the core, the pool, the sync or answered at once.

Rules of this file:
1. A signature is checked before anything is kept (R10). Messages of heights that are over, or too
   far ahead, are dropped before their signature costs anything; they only say who is behind (R9).
2. A peer's fault is counted by reason and never raises.
3. Answers are bounded (node/answering.py).
"""

from collections import Counter
from collections.abc import Callable
from typing import Protocol

import msgspec

from consensus.actions import CatchUp
from consensus.events import (
    BlockFetched,
    EvidenceReceived,
    Now,
    OutOfReach,
    PeerDown,
    PeerUp,
    Received,
    StatusReceived,
)
from consensus.messages import (
    Commit,
    Evidence,
    Prepare,
    PrePrepare,
    Status,
    ViewChange,
)
from consensus.quorum import weak_quorum
from consensus.status import REPLY_GAP_MS
from consensus.types import ValidatorId
from node.answering import Answering, Answers
from node.driver import Driver
from node.driver_needs import Outbox
from node.p2p.budget import NamedBuckets
from node.stages import Stage, Stages
from node.sync.blocks import BlockSync
from node.wire.peer_messages import (
    BlockReply,
    BlockRequest,
    BodyReply,
    BodyRequest,
    Hello,
    PeerMessage,
    Ping,
    SyncReply,
    SyncRequest,
    TxBatch,
)
from node.wire.snapshot_messages import SnapshotOffer, SnapshotQuery, SnapshotRequest
from node.wire.verify import Reason, Rejected, Verifier

STATUS_PER_S = 40.0
STATUS_BURST = 40.0
"""Statuses of one peer that are looked at, a second: an honest one sends one an interval, one when
its primary is lost and one answer each REPLY_GAP_MS. More is work that tells nothing new."""
USELESS_VOTE_S_MAX = 0.0005
"""CPU seconds at most that a vote without effect is charged: the event that it was may have been
the one in which a block was decided, and that is nobody's waste."""

_FAULTS = frozenset((Reason.BAD_SIGNATURE, Reason.WRONG_DIGEST, Reason.WRONG_TX_ROOT))
"""Of votes, whose validator sets are known for certain. Not of a Status: that of a node far ahead
may be signed by a set that this node cannot know."""


class Bodies(Protocol):
    """Where transactions from peers go."""

    def on_batch(self, peer: str, bodies: tuple[bytes, ...]) -> None:
        """Transactions that a peer disseminates, or that it was asked for."""


class Snapshots(Protocol):
    """Who says what is kept here, and gives it."""

    def on_query(self, peer: str, query: SnapshotQuery) -> None:
        """Say what is kept here."""

    def on_request(self, peer: str, request: SnapshotRequest) -> None:
        """Give a part of a snapshot."""

    def offer(self) -> SnapshotOffer:
        """What is kept here."""


class Inbound:
    """The handlers of all peer messages."""

    def __init__(
        self,
        *,
        driver: Driver,
        verifier: Verifier,
        outbox: Outbox,
        answers: Answers,
        bodies: Bodies,
        sync: BlockSync,
        is_observer: Callable[[str], bool],
        snapshots: Snapshots,
        on_fault: Callable[[str, str], None],
        on_waste: Callable[[str, float], None],
        cpu_seconds: Callable[[], float],
        clock: Callable[[], Now],
        stages: Stages,
    ) -> None:
        self._driver = driver
        self._verifier = verifier
        self._answers = answers
        self._answering = Answering(
            outbox=outbox,
            answers=answers,
            offer=snapshots.offer,
            on_waste=on_waste,
            cpu_seconds=cpu_seconds,
        )
        self._bodies = bodies
        self._sync = sync
        self._is_observer = is_observer
        """Of a peer id: listed, and no validator; one of w observers need not be correct."""
        self._snapshots = snapshots
        self._on_fault = on_fault
        """(peer, reason): the peer sent what no honest one sends."""
        self._on_waste = on_waste
        """(peer, CPU seconds): its questions have cost so much."""
        self._cpu_seconds = cpu_seconds
        self._clock = clock
        self._stages = stages
        self.dropped: Counter[str] = Counter()
        """Messages dropped, by reason."""
        self.heights: dict[str, tuple[int, int]] = {}
        """Peer -> (height in progress by its last Status, monotonic ms when heard)."""
        self._told_ms: dict[str, int] = {}
        """Peer -> when a message of it was out of reach and the core was told; monotonic ms."""
        self._statuses = NamedBuckets(rate=STATUS_PER_S, burst=STATUS_BURST)
        self._away: dict[str, None] = {}
        """Of those, who is not connected now: its claim counts no more."""

    def on_up(self, peer: str) -> None:
        """An authenticated connection exists."""
        self._away.pop(peer, None)
        self._driver.post(PeerUp(now=self._clock(), peer=ValidatorId(peer)))

    def on_down(self, peer: str) -> None:
        """The last connection to the peer is lost."""
        self._away[peer] = None
        self._driver.post(PeerDown(now=self._clock(), peer=ValidatorId(peer)))

    def on_message(self, peer: str, message: PeerMessage) -> None:
        """One decoded frame."""
        match message:
            case TxBatch(bodies=bodies) | BodyReply(bodies=bodies):
                self._bodies.on_batch(peer, bodies)
            case PrePrepare():
                self._on_pre_prepare(peer, message)
            case Prepare() | Commit():
                self._on_vote(peer, message, message.height)
            case ViewChange(head=head):
                self._on_vote(peer, message, head.height)
            case Status():
                self._on_status(peer, message)
            case Evidence():
                self._on_evidence(message)
            case BlockRequest() | BodyRequest() | SyncRequest():
                self._answering.answer(peer, message)
            case BlockReply():
                self._on_block(message)
            case SyncReply():
                self._sync.on_reply(peer, message)
            case SnapshotQuery():
                self._snapshots.on_query(peer, message)
            case SnapshotRequest():
                self._snapshots.on_request(peer, message)
            case SnapshotOffer():
                self._sync.on_offer(peer, message)
            case Hello() | Ping():
                self.dropped["UNEXPECTED"] += 1
            case _:
                self._sync.on_part(peer, message)

    def _on_pre_prepare(self, peer: str, message: PrePrepare) -> None:
        """The bodies beside it are not signed: they go the way of bodies, after the block."""
        self._on_vote(peer, msgspec.structs.replace(message, bodies=()), message.height)
        if message.bodies:
            self._bodies.on_batch(peer, message.bodies)

    def _on_vote(
        self, peer: str, message: PrePrepare | Prepare | Commit | ViewChange, height: int
    ) -> None:
        ahead = height - self._answers.tip_height()
        if not 1 <= ahead <= 2:
            self.dropped["OLD_HEIGHT" if ahead < 1 else "FUTURE_HEIGHT"] += 1
            # Late votes for the newest block are common, and nobody is behind.
            if ahead != 0 or isinstance(message, ViewChange):
                self._out_of_reach(peer)
            return
        self._stages.enter(Stage.CONSENSUS)
        began = self._cpu_seconds()
        try:
            verified = self._verifier.verify(message)
            if isinstance(verified, Rejected):
                self.dropped[verified.reason] += 1
                if verified.reason in _FAULTS:
                    self._on_fault(peer, verified.reason)
                return
            before = self._driver.replica.drop_count
            self._driver.post(Received(now=self._clock(), message=verified))
            if self._driver.replica.drop_count > before:
                self._on_waste(peer, min(self._cpu_seconds() - began, USELESS_VOTE_S_MAX))
        finally:
            self._stages.leave()

    def _out_of_reach(self, peer: str) -> None:
        """One of two nodes is behind: told no oftener than answered, or a flood is work (R9)."""
        now = self._clock()
        told_ms = self._told_ms.get(peer)
        if told_ms is None or now.mono_ms - told_ms >= REPLY_GAP_MS:
            self._told_ms[peer] = now.mono_ms
            self._driver.post(OutOfReach(now=now, peer=ValidatorId(peer)))

    def _on_status(self, peer: str, status: Status) -> None:
        now = self._clock()
        if not self._statuses.allows(peer, now.mono_ms / 1_000):
            self.dropped["STATUS_TOO_OFTEN"] += 1
            return
        self.heights[peer] = (status.height, now.mono_ms)
        checked = self._verifier.verify_status(status)
        if isinstance(checked, Rejected):
            self.dropped[checked.reason] += 1
            self._follow_claims()
            return
        self._driver.post(StatusReceived(now=now, peer=ValidatorId(peer), status=checked.message))

    def claimed_height(self) -> int:
        """Height in progress that w peers claim: one of them is correct. 0 if too few do."""
        weak = weak_quorum(len(self._driver.replica.validators))
        claims = sorted([height for _, height in self._claims()], reverse=True)
        return claims[weak - 1] if len(claims) >= weak else 0

    def _claims(self) -> list[tuple[str, int]]:
        """(peer, height in progress) of the connected ones that are no observers."""
        return [
            (peer, height)
            for peer, (height, _) in self.heights.items()
            if peer not in self._away and not self._is_observer(peer)
        ]

    def _follow_claims(self) -> None:
        """Far behind, over a change of the set, no certificate of a peer can be verified here.

        Then the height that w peers claim is enough to ask for blocks: each block that comes is
        checked against the set of its own height.
        """
        claimed = self.claimed_height()
        if claimed <= self._answers.tip_height() + 3:
            return
        peers = tuple(
            ValidatorId(peer) for peer, (height, _) in self.heights.items() if height >= claimed
        )
        self._sync.catch_up(CatchUp(target_height=claimed - 1, peers=peers))

    def _on_evidence(self, evidence: Evidence) -> None:
        verified = self._verifier.verify_evidence(evidence)
        if isinstance(verified, Rejected):
            self.dropped[verified.reason] += 1
            return
        self._driver.post(EvidenceReceived(now=self._clock(), evidence=verified))

    def _on_block(self, reply: BlockReply) -> None:
        if reply.proposal is None:
            return
        verified = self._verifier.verify_proposal(reply.digest, reply.proposal)
        if isinstance(verified, Rejected):
            self.dropped[verified.reason] += 1
            return
        self._driver.post(BlockFetched(now=self._clock(), digest=reply.digest, proposal=verified))
