"""The adversary of a campaign: up to f liars who share one mind and see every packet.

Rules of this file:
1. What they know and claim is in lies.py; here is how they hear, make blocks and are heard.
2. Its own replica runs too, with what it sends thinned out: a liar that is silent is weak.
"""

import random
from typing import TYPE_CHECKING, TypeVar, cast

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Evidence,
    Justification,
    Prepare,
    PrePrepare,
    ViewChange,
)
from consensus.types import Header, Proposal, ValidatorSet
from consensus.validator_set import FailureWindow, Schedule, failed_primaries
from consensus.view_change import highest_claim
from tests.consensus import fakes, reading
from tests.consensus.lies import Lies, signed_by
from tests.consensus.packets import Packet

if TYPE_CHECKING:
    from tests.consensus.chaos import ChaosCluster
    from tests.consensus.peer import Peer

M = TypeVar("M", bound=ConsensusMessage)
KEPT_MAX = 400
"""Packets, and messages of each kind of the open height."""


class Adversary:
    """All liars of one cluster."""

    def __init__(self, cluster: "ChaosCluster", names: tuple[str, ...], seed: int) -> None:
        self.cluster = cluster
        self.random = random.Random(seed)
        self.lies = Lies(names, self.random, _sign, KEPT_MAX)
        self.silence = self.random.choice((0.0, 0.1, 0.5, 0.9))
        """Share of its replica's own packets that a liar does not send."""
        self.packets: list[tuple[str, Packet]] = []
        self.acts = 0

    # --- what is seen ----------------------------------------------------------------------------

    def observe(self, target: str, packet: Packet) -> None:
        """Every packet of the network."""
        if len(self.packets) < KEPT_MAX:
            self.packets.append((target, packet))
        else:
            self.packets[self.random.randrange(KEPT_MAX)] = (target, packet)
        if isinstance(packet, PrePrepare | Prepare | ViewChange):
            self.lies.learn(packet)

    # --- what is known of the open height --------------------------------------------------------

    def best(self) -> "Peer":
        """The node with the longest chain."""
        return max(self.cluster.peers.values(), key=lambda peer: peer.disk.height())

    def members(self) -> ValidatorSet:
        """The set of the open height."""
        return self.cluster.validators[self.lies.height]

    def schedules(self) -> tuple[Schedule, Schedule]:
        """Primaries of the parent's and of the open height."""
        disk = self.best().disk
        rotation = self.cluster.rotation
        window = FailureWindow(rotation, disk.headers(1_000))
        at = self.cluster.validators
        height = disk.height() + 1
        parent = Schedule(height - 1, at[height - 1], window, rotation)
        return parent, Schedule(height, at[height], window, rotation)

    # --- forging ---------------------------------------------------------------------------------

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
        chosen = self.lies.heads(view, self.members())
        if chosen is None:
            return None
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
        if self.lies.height != self.best().disk.height() + 1:
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
        for name in self.lies.names:
            for view, digest in list(self.lies.prepares)[-4:]:
                self.tell(name, self.lies.prepare(name, view, digest), share)
                root = fakes.root_after(fakes.state_after(state, digest))
                if self.random.random() < 0.1:
                    root = fakes.digest_of(("wrong", name))
                self.tell(name, self.lies.commit(name, view, digest, root), share)

    def equivocate(self) -> None:
        """As primary of a view that is in use: another block for some of the others."""
        _, schedule = self.schedules()
        for view in [*self.lies.views(), max(self.lies.views()) + 1]:
            name = schedule.primary(view)
            if name not in self.lies.names:
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
                    known = self.lies.blocks.get(digest)
                    if known is None:
                        continue
                    proposal = known
                else:
                    digest = fakes.digest_of(proposal.header)
            message = fakes.sign(
                PrePrepare(
                    height=self.lies.height,
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
            self.lies.learn(self.lies.prepare(name, view, digest))

    def change_view(self) -> None:
        """A ViewChange with any claim, also for views far away."""
        top = max(self.lies.views())
        for name in self.lies.names:
            found = self.lies.any_view_change(name, top, self.members())
            if found is not None:
                self.tell(name, found, self.random.choice((0.5, 1.0)))

    def replay(self) -> None:
        """Old packets again, from a liar and to anybody."""
        for _ in range(min(4, len(self.packets))):
            _, packet = self.random.choice(self.packets)
            target = self.random.choice(self.cluster.names)
            source = self.random.choice(self.lies.names)
            if isinstance(packet, PrePrepare | Prepare | Commit | ViewChange | Evidence):
                self.cluster.deliver_later(1, source, target, packet)

    def gossip(self) -> None:
        """A Status that shows a node its own old signature and an old tip."""
        source = self.random.choice(self.lies.names)
        target = self.random.choice(self.cluster.names)
        mine = signed_by(target, (packet for _, packet in self.packets))
        status = self.lies.status(reading.tip(self.best()), mine)
        self.cluster.deliver_later(1, source, target, status)


def _sign(name: str, draft: M) -> M:
    """With the key of that liar, its sender."""
    return cast(M, fakes.sign(draft))
