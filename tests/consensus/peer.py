"""One node of the in-memory cluster: a Replica with a fake shell that performs its actions.

The shell obeys the contract of consensus/actions.py literally, with a named point between any two
effects
where a crash can be put: guard-append, guard-synced, looped-back, sent (after each single peer),
certificate-synced, block-append, block-synced.
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from consensus import actions as act
from consensus import events as ev
from consensus.messages import ConsensusMessage, Evidence, PrePrepare, Status
from consensus.replica import Replica
from consensus.restore import ReplicaConfig
from consensus.signed import signed_part, step_of
from consensus.types import (
    Proposal,
    ValidatorId,
    Verified,
)
from tests.consensus import effects, fakes, reading
from tests.consensus.packets import (
    STREAM_BLOCKS_MAX,
    BlockReply,
    BlockRequest,
    BodyReply,
    BodyRequest,
    DecidedReply,
    DecidedRequest,
    Packet,
)

if TYPE_CHECKING:
    from tests.consensus.cluster import Cluster


class CrashNow(Exception):
    """Raised at a named point to stop a node between two effects."""


class Peer:
    """A node: durable disk, volatile rest. `replica` is None while it is down."""

    def __init__(self, cluster: "Cluster", name: str) -> None:
        self.cluster = cluster
        self.name = name
        self.disk = fakes.Disk()
        self.replica: Replica | None = None
        self.life = 0
        """Counts starts: answers for an earlier life are lost."""
        self.pool: dict[bytes, bool] = {}
        self.overlays: dict[bytes, tuple[bytes, bytes]] = {}
        """digest -> (state root, root) of executed blocks."""
        self.blocks: dict[bytes, Proposal] = {}
        self.waiting: dict[bytes, act.Execute] = {}
        self.todo: deque[act.Action] = deque()
        self.unsigned: deque[act.Sign] = deque()
        """What waits for a slow guard (cluster.sign_ms), in order."""
        self.busy = False
        self.wake_at: int | None = None
        self.turn = 0
        """Which of the peers of a CatchUp is asked next."""
        self.skew_ms = 0
        """Wall clock minus true time."""
        self.config_changes: dict[str, object] = {}
        """Overrides of ReplicaConfig for the next start."""
        self.root_hook: Callable[[int, bytes], bytes] | None = None
        """(height, root) -> root that this node's executor reports."""
        self.refuse: Callable[[Proposal], str | None] | None = None
        """Reason for which this node's executor refuses a block, or None."""
        self.fail: Callable[[Proposal], str | None] | None = None
        """Reason for which this node's executor breaks, or None."""
        self.reports: deque[act.Report] = deque(maxlen=10_000)
        self.halts: list[act.Halt] = []
        self.evidence: list[Evidence] = []
        self.rejected_packets = 0
        """Packets whose signatures or digests did not verify."""

    # --- life --------------------------------------------------------------------------------

    def now(self) -> ev.Now:
        """This node's clocks."""
        true = self.cluster.now_ms
        return ev.Now(mono_ms=true, wall_ms=fakes.GENESIS_TIME_MS + true + self.skew_ms)

    def start(self) -> None:
        """Build the replica from disk and connect."""
        if self.replica is not None:
            raise RuntimeError(f"{self.name} is up already")
        self.life += 1
        config = ReplicaConfig(validator=ValidatorId(self.name), chain_id=fakes.CHAIN_ID)
        config = msgspec.structs.replace(config, **self.cluster.config, **self.config_changes)
        self.replica = Replica(config, reading.restored(self, config))
        self.overlays, self.blocks, self.waiting = {}, {}, {}
        self.wake_at = None
        self.todo.extend(self.replica.start(self.now()))
        self.drain()
        for other in self.cluster.linked(self.name):
            self.feed(ev.PeerUp(now=self.now(), peer=ValidatorId(other)))
            self.cluster.peers[other].feed_peer_up(self.name)
        self.tell_pool()

    def feed_peer_up(self, other: str) -> None:
        """The other side of a new connection."""
        self.feed(ev.PeerUp(now=self.now(), peer=ValidatorId(other)))

    def crash(self) -> None:
        """Lose everything volatile."""
        if self.replica is None:
            return
        linked = self.cluster.linked(self.name)
        self.replica = None
        self.todo.clear()
        self.unsigned.clear()
        self.pool = {}
        if self.disk.guard is not None:
            self.disk.guard.crash()
        for other in linked:
            peer = self.cluster.peers[other]
            peer.feed(ev.PeerDown(now=peer.now(), peer=ValidatorId(self.name)))

    # --- events ------------------------------------------------------------------------------

    def feed(self, event: ev.Event) -> None:
        """One event into the core; its actions are performed at once, in order."""
        if self.replica is None:
            return
        self.cluster.trace(self.name, event)
        self.todo.extend(self.replica.handle(event))
        self.drain()

    def drain(self) -> None:
        """Perform what is to do, until nothing is."""
        if self.busy:
            return
        self.busy = True
        try:
            while self.todo:
                self.perform(self.todo.popleft())
        except CrashNow:
            self.crash()
        finally:
            self.busy = False
        if self.replica is not None:
            self.cluster.schedule_wakeup(self)
        self.cluster.check(self)

    def point(self, name: str, action: act.Action, peer: str | None = None) -> None:
        """A place between two effects."""
        if self.cluster.crash_wanted(self.name, name, action, peer):
            raise CrashNow

    def tell_pool(self) -> None:
        """PoolChanged, as after each Advanced."""
        if self.pool or self.cluster.agenda:
            self.feed(
                ev.PoolChanged(
                    now=self.now(),
                    includable=len(self.pool),
                    agenda=self.cluster.agenda,
                    censored=False,
                )
            )

    def receive(self, source: str, packet: Packet) -> None:
        """A packet from the network."""
        if self.replica is None:
            return
        match packet:
            case BlockRequest():
                proposal = effects.find_block(self, packet.digest)
                if proposal is not None:
                    reply = BlockReply(digest=packet.digest, proposal=proposal)
                    self.cluster.send(self.name, source, reply)
            case BlockReply():
                whole = fakes.proposal_is_whole(packet.proposal)
                if whole and fakes.digest_of(packet.proposal.header) == packet.digest:
                    self.blocks[packet.digest] = packet.proposal
                    verified = Verified(packet.proposal)
                    self.feed(
                        ev.BlockFetched(now=self.now(), digest=packet.digest, proposal=verified)
                    )
            case BodyRequest():
                have = tuple(i for i in packet.wire_ids if i in self.disk.bodies)
                if have:
                    self.cluster.send(self.name, source, BodyReply(wire_ids=have))
            case BodyReply():
                self.disk.bodies.update((wire_id, True) for wire_id in packet.wire_ids)
                for execute in list(self.waiting.values()):
                    effects.execute(self, execute)
            case DecidedRequest():
                first = packet.height - 1
                blocks = tuple(self.disk.chain[first : first + STREAM_BLOCKS_MAX])
                if blocks:
                    self.cluster.send(self.name, source, DecidedReply(blocks=blocks))
            case DecidedReply():
                effects.adopt(self, source, packet.blocks)
            case Status():
                self.receive_status(source, packet)
            case _:
                self.receive_signed(packet)

    def receive_status(self, source: str, status: Status) -> None:
        """A Status: its tip certificate verified; `seen` only if this node signed it."""
        if status.seen is not None and status.seen.part.sender != self.name:
            status = msgspec.structs.replace(status, seen=None)
        if not fakes.verifies(status, self.cluster.validators):
            self.rejected_packets += 1
            return
        self.feed(ev.StatusReceived(now=self.now(), peer=ValidatorId(source), status=status))

    def receive_signed(self, message: ConsensusMessage | Evidence) -> None:
        """A signed message: verified, or dropped."""
        if not fakes.verifies(message, self.cluster.validators):
            self.rejected_packets += 1
            return
        if isinstance(message, Evidence):
            self.feed(ev.EvidenceReceived(now=self.now(), evidence=Verified(message)))
            return
        if isinstance(message, PrePrepare):
            self.blocks[message.digest] = message.proposal
        self.feed(ev.Received(now=self.now(), message=Verified(message)))

    # --- actions -----------------------------------------------------------------------------

    def perform(self, action: act.Action) -> None:
        """One action, as the contract says."""
        match action:
            case act.Sign():
                if self.cluster.sign_ms:
                    self.unsigned.append(action)
                    self.cluster.call_later(self, self.cluster.sign_ms, self.sign_next)
                else:
                    self.sign(action)
            case act.KeepCertificate():
                guard = self.guard()
                record = fakes.GuardRecord(
                    message=None, proposal=None, certificate=action.certificate
                )
                guard.append(record)
                self.point("guard-append", action)
                guard.sync()
                self.point("certificate-synced", action)
            case act.Broadcast():
                effects.broadcast(self, action, action.message)
            case act.SendTo():
                self.cluster.send(self.name, action.peer, action.message)
            case act.BuildProposal():
                self.cluster.call_later(
                    self, self.cluster.build_ms, lambda: effects.build(self, action)
                )
            case act.FetchBlock():
                effects.fetch(self, action)
            case act.Execute():
                per_body = self.cluster.execute_body_ms * len(action.proposal.wire_ids)
                cost_ms = self.cluster.execute_ms + per_body
                self.cluster.call_later(self, cost_ms, lambda: effects.execute(self, action))
            case act.Decide():
                effects.decide(self, action)
            case act.CatchUp():
                if action.peers:
                    self.turn += 1
                    turn = self.turn % len(action.peers)
                    request = DecidedRequest(height=self.disk.height() + 1)
                    self.cluster.send(self.name, action.peers[turn], request)
            case act.RecordEvidence():
                self.evidence.append(action.evidence)
            case act.Report():
                self.reports.append(action)
            case act.Halt():
                self.halts.append(action)

    def guard(self) -> fakes.FakeGuard:
        """The guard of this node; made anew at a start without one."""
        if self.disk.guard is None:
            raise RuntimeError("the guard is taken away only while the node is down")
        return self.disk.guard

    def sign_next(self) -> None:
        """The slow guard has come to the next draft; other events were handled meanwhile."""
        self.busy = True
        try:
            self.sign(self.unsigned.popleft())
        except CrashNow:
            self.busy = False
            self.crash()
        self.busy = False
        self.drain()

    def sign(self, action: act.Sign) -> None:
        """Guard, sync, loop back, send: in this order."""
        guard = self.guard()
        part = signed_part(action.draft)
        try:
            message = guard.sign(action.draft)
        except fakes.Refused as refusal:
            self.feed(
                ev.SignRefused(
                    now=self.now(),
                    height=part.height,
                    view=part.view,
                    step=step_of(part),
                    reason=str(refusal),
                    root_conflict=refusal.root_conflict,
                )
            )
            return
        if message is None:
            message = fakes.sign(action.draft)
            guard.sequence = max(guard.sequence, effects.stored_sequence(self))
            block = action.proposal
            attached = None if block is None else (fakes.digest_of(block.header), block)
            guard.append(
                fakes.GuardRecord(
                    message=message, proposal=attached, certificate=action.certificate
                )
            )
            self.point("guard-append", action)
            guard.sync()
        self.cluster.note_signed(self.name, message)
        self.point("guard-synced", action)
        self.receive_signed(message)
        self.point("looped-back", action)
        effects.broadcast(self, action, message)
