"""The adversary of a campaign: up to f liars who share one mind and see every packet.

Rules of this file:
1. A liar signs with its own key only; everything else it says was signed by somebody else.
2. Its own replica runs too, with what it sends thinned out: a liar that is silent is weak.
3. Memory: what was said of the open height, at most KEPT_MAX of each kind.
"""

import random
from typing import TYPE_CHECKING

import msgspec

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Evidence,
    Justification,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    SeenStep,
    Status,
    ViewChange,
    ViewChangeHead,
)
from consensus.quorum import quorum
from consensus.signed import signed_part
from consensus.types import Header, Proposal, ValidatorSet
from consensus.validator_set import FailureWindow, Schedule, failed_primaries
from consensus.view_change import highest_claim
from tests.consensus import fakes, reading
from tests.consensus.packets import Packet

if TYPE_CHECKING:
    from tests.consensus.chaos import ChaosCluster
    from tests.consensus.peer import Peer

KEPT_MAX = 400
FAR_VIEW = 2**62


class Adversary:
    """All liars of one cluster."""

    def __init__(self, cluster: "ChaosCluster", names: tuple[str, ...], seed: int) -> None:
        self.cluster = cluster
        self.names = names
        self.random = random.Random(seed)
        self.silence = self.random.choice((0.0, 0.1, 0.5, 0.9))
        """Share of its replica's own packets that a liar does not send."""
        self.height = 0
        self.blocks: dict[bytes, Proposal] = {}
        self.changes: dict[tuple[int, str, bytes], ViewChange] = {}
        self.prepares: dict[tuple[int, bytes], dict[str, Prepare]] = {}
        self.packets: list[tuple[str, Packet]] = []
        self.acts = 0

    # --- what is seen ----------------------------------------------------------------------------

    def observe(self, target: str, packet: Packet) -> None:
        """Every packet of the network."""
        if len(self.packets) < KEPT_MAX:
            self.packets.append((target, packet))
        else:
            self.packets[self.random.randrange(KEPT_MAX)] = (target, packet)
        if not isinstance(packet, PrePrepare | Prepare | ViewChange):
            return
        part = signed_part(packet)
        if part.height > self.height:
            self.height = part.height
            self.blocks, self.changes, self.prepares = {}, {}, {}
        if part.height == self.height:
            self._learn(packet)

    def _learn(self, packet: ConsensusMessage) -> None:
        match packet:
            case PrePrepare():
                if len(self.blocks) < KEPT_MAX:
                    self.blocks[packet.digest] = packet.proposal
            case Prepare():
                if len(self.prepares) < KEPT_MAX:
                    votes = self.prepares.setdefault((packet.view, packet.digest), {})
                    votes[packet.sender] = packet
            case ViewChange():
                head = packet.head
                if len(self.changes) < KEPT_MAX:
                    self.changes[(head.view, head.sender, head.signature)] = packet
                if packet.certificate is not None:
                    for prepare in packet.certificate.prepares:
                        self._learn(prepare)
            case _:
                pass

    # --- what is known of the open height --------------------------------------------------------

    def best(self) -> "Peer":
        """The node with the longest chain."""
        return max(self.cluster.peers.values(), key=lambda peer: peer.disk.height())

    def members(self) -> ValidatorSet:
        """The set of the open height."""
        return self.cluster.validators[self.height]

    def schedules(self) -> tuple[Schedule, Schedule]:
        """Primaries of the parent's and of the open height."""
        disk = self.best().disk
        rotation = self.cluster.rotation
        window = FailureWindow(rotation, disk.headers(1_000))
        at = self.cluster.validators
        height = disk.height() + 1
        parent = Schedule(height - 1, at[height - 1], window, rotation)
        return parent, Schedule(height, at[height], window, rotation)

    def certificates(self) -> list[PreparedCertificate]:
        """Prepared certificates that the seen Prepares and own ones make."""
        members = self.members()
        q = quorum(len(members))
        found = []
        for (view, digest), votes in self.prepares.items():
            mine = {name: self.prepare(name, view, digest) for name in self.names}
            every = {n: vote for n, vote in {**mine, **votes}.items() if n in members}
            if len(every) >= q:
                chosen = self.random.sample(sorted(every), q)
                found.append(
                    PreparedCertificate(
                        height=self.height,
                        view=view,
                        digest=digest,
                        prepares=tuple(every[name] for name in sorted(chosen)),
                    )
                )
        return found

    def views(self) -> list[int]:
        """Views that somebody is in."""
        seen = [0, *(view for view, _ in self.prepares), *(view for view, _, _ in self.changes)]
        return sorted({view for view in seen if view < 1_000})[-4:]

    # --- forging ---------------------------------------------------------------------------------

    def prepare(self, name: str, view: int, digest: bytes) -> Prepare:
        """A liar's Prepare."""
        draft = Prepare(height=self.height, view=view, digest=digest, sender=name, signature=b"")
        return msgspec.structs.replace(draft, signature=fakes.signature_of(name, draft))

    def commit(self, name: str, view: int, digest: bytes, root: bytes) -> ConsensusMessage:
        """A liar's Commit."""
        return fakes.sign(
            Commit(
                height=self.height,
                view=view,
                digest=digest,
                root=root,
                sender=name,
                signature=b"",
            )
        )

    def view_change(
        self, name: str, view: int, certificate: PreparedCertificate | None
    ) -> ViewChange:
        """A liar's ViewChange with a claim of its choice."""
        draft = ViewChangeHead(
            height=self.height,
            view=view,
            prepared_view=None if certificate is None else certificate.view,
            prepared_digest=None if certificate is None else certificate.digest,
            sender=name,
            signature=b"",
        )
        head = msgspec.structs.replace(draft, signature=fakes.signature_of(name, draft))
        return ViewChange(head=head, certificate=certificate)

    def block(self, name: str, view: int) -> tuple[bytes, Proposal]:
        """A new valid block of a liar that is primary of that view."""
        peer = self.best()
        tip = reading.tip(peer)
        parent, own = self.schedules()
        ids = list(peer.disk.bodies)
        count = min(len(ids), self.random.randrange(3))
        wire_ids = tuple(self.random.sample(ids, count))
        certificate = tip.certificate
        header = Header(
            version=1,
            chain_id=fakes.CHAIN_ID,
            height=tip.height + 1,
            parent=tip.digest,
            parent_state_root=tip.state_root,
            timestamp_ms=tip.timestamp_ms + self.random.choice((1, 2, 3, 4)),
            proposer=name,
            origin_view=view,
            failed=failed_primaries(
                parent, 0 if certificate is None else certificate.view, own, view
            ),
            tx_root=fakes.digest_of(wire_ids),
            parent_certificate=bytes(32) if certificate is None else fakes.digest_of(certificate),
            validators_hash=tip.validators_hash,
            next_validators_hash=tip.next_validators_hash,
        )
        proposal = Proposal(header=header, wire_ids=wire_ids, parent_certificate=certificate)
        return fakes.digest_of(header), proposal

    def justification(self, view: int) -> Justification | None:
        """Any q heads for a view: own ones with chosen claims beside what others signed."""
        members = self.members()
        heads: dict[str, ViewChange] = {}
        for (at, sender, _), change in self.changes.items():
            if at == view and sender in members:
                heads[sender] = change
        known = [c for c in self.certificates() if c.view < view]
        for name in self.names:
            if name in members:
                claim = self.random.choice([None, *known])
                heads[name] = self.view_change(name, view, claim)
        q = quorum(len(members))
        if len(heads) < q:
            return None
        chosen = [heads[name] for name in sorted(self.random.sample(sorted(heads), q))]
        if self.random.random() < 0.2:
            return Justification(heads=tuple(c.head for c in chosen), certificate=None)
        best = highest_claim(tuple(change.head for change in chosen))
        certificate = None
        for change in chosen:
            if best is not None and change.head == best:
                certificate = change.certificate
        return Justification(heads=tuple(c.head for c in chosen), certificate=certificate)

    # --- acts ------------------------------------------------------------------------------------

    def act(self) -> None:
        """One lie, told to some."""
        if self.height != self.best().disk.height() + 1:
            return
        self.acts += 1
        lie = self.random.choices(
            (self.vote_for_all, self.equivocate, self.change_view, self.replay, self.gossip),
            weights=(5, 4, 3, 2, 1),
        )[0]
        lie()

    def tell(self, source: str, packet: Packet, share: float) -> None:
        """To each node with that probability, past the network's faults."""
        for target in self.cluster.names:
            if target != source and self.random.random() < share:
                self.cluster.deliver_later(self.random.randint(1, 20), source, target, packet)
        self.observe(source, packet)

    def vote_for_all(self) -> None:
        """Prepare and Commit for every block in every view where somebody might need it."""
        share = self.random.choice((0.3, 1.0))
        state = self.best().disk.state_root()
        for name in self.names:
            for view, digest in list(self.prepares)[-4:]:
                self.tell(name, self.prepare(name, view, digest), share)
                root = fakes.root_after(fakes.state_after(state, digest))
                if self.random.random() < 0.1:
                    root = fakes.digest_of(("wrong", name))
                self.tell(name, self.commit(name, view, digest, root), share)

    def equivocate(self) -> None:
        """As primary of a view that is in use: another block for some of the others."""
        _, schedule = self.schedules()
        for view in [*self.views(), max(self.views()) + 1]:
            name = schedule.primary(view)
            if name not in self.names:
                continue
            justification = None
            if view > 0:
                justification = self.justification(view)
                if justification is None or self.random.random() < 0.1:
                    justification = Justification(heads=(), certificate=None)
            digest, proposal = self.block(name, view)
            if justification is not None and justification.certificate is not None:
                digest = justification.certificate.digest
                if self.random.random() < 0.7:
                    known = self.blocks.get(digest)
                    if known is None:
                        continue
                    proposal = known
                else:
                    digest = fakes.digest_of(proposal.header)
            message = fakes.sign(
                PrePrepare(
                    height=self.height,
                    view=view,
                    digest=digest,
                    proposal=proposal,
                    justification=justification,
                    bodies=(),
                    sender=name,
                    signature=b"",
                )
            )
            self.tell(name, message, self.random.choice((0.3, 0.5, 1.0)))
            self._learn(self.prepare(name, view, digest))

    def change_view(self) -> None:
        """A ViewChange with any claim, also for views far away."""
        top = max(self.views())
        for name in self.names:
            view = self.random.choice((1, top, top + 1, top + 1, top + 2, FAR_VIEW))
            if view < 1:
                continue
            known = [c for c in self.certificates() if c.view < view]
            claim = self.random.choice([None, *known])
            self.tell(name, self.view_change(name, view, claim), self.random.choice((0.5, 1.0)))

    def replay(self) -> None:
        """Old packets again, from a liar and to anybody."""
        for _ in range(min(4, len(self.packets))):
            _, packet = self.random.choice(self.packets)
            target = self.random.choice(self.cluster.names)
            source = self.random.choice(self.names)
            if isinstance(packet, PrePrepare | Prepare | Commit | ViewChange | Evidence):
                self.cluster.deliver_later(1, source, target, packet)

    def gossip(self) -> None:
        """A Status that shows a node its own old signature and an old tip."""
        source = self.random.choice(self.names)
        target = self.random.choice(self.cluster.names)
        parts = [
            signed_part(packet)
            for _, packet in self.packets
            if isinstance(packet, PrePrepare | Prepare | Commit | ViewChange)
        ]
        mine = [part for part in parts if part.sender == target]
        tip = reading.tip(self.best())
        status = Status(
            height=self.random.choice((1, self.height, self.height + 5)),
            view=self.random.choice((0, 1, FAR_VIEW)),
            phase="idle",
            tip_digest=tip.digest,
            tip_certificate=self.random.choice((None, tip.certificate)),
            peers_seen=(),
            lost_primary=self.random.random() < 0.5,
            seen=SeenStep(part=self.random.choice(mine)) if mine else None,
        )
        self.cluster.deliver_later(1, source, target, status)
