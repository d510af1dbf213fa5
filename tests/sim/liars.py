"""The adversary: up to f validators with one mind, who see every message and sign with their keys.

Rules of this file:
1. A liar signs with its own key only; everything else it says was signed by somebody else.
2. Its own node runs too, with what it sends thinned out and its answers to sync altered: a liar
   that is only silent is weak.
3. Memory: what was said of the open height, at most KEPT_MAX of each kind.
"""

import asyncio
from random import Random
from typing import TypeVar

import msgspec

from consensus.actions import HeaderTemplate
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
from consensus.types import Header, Proposal, ValidatorId
from consensus.validator_set import failed_primaries
from consensus.view_change import highest_claim
from node.wire.hashing import SigningScope, certificate_digest, header_digest, tx_root
from node.wire.peer_messages import PeerMessage
from node.wire.verify import signing_bytes_of, with_signature
from tests.sim.network import Network, Parcel
from tests.sim.node import SimNode

M = TypeVar("M", bound=ConsensusMessage)

KEPT_MAX = 300
FAR_VIEW = 2**62
RETIRED_SHARE = 0.2
SPOKEN = (PrePrepare, Prepare, Commit, ViewChange)


class Liars:
    """All liars of one execution."""

    def __init__(
        self,
        names: tuple[str, ...],
        nodes: dict[str, SimNode],
        network: Network,
        scope: SigningScope,
        generator: Random,
    ) -> None:
        self.names = names
        self.nodes = nodes
        self.network = network
        self.random = generator
        self._scope = scope
        self.height = 0
        """What follows is about this height."""
        self.blocks: dict[bytes, Proposal] = {}
        self.changes: dict[tuple[int, str, bytes], ViewChange] = {}
        self.prepares: dict[tuple[int, bytes], dict[str, Prepare]] = {}
        self.roots: dict[bytes, bytes] = {}
        """Digest -> root under somebody's Commit."""
        self.messages: list[PeerMessage] = []
        """Some of all that was ever said."""
        self.acts = 0

    def start(self, pause_ms: int) -> None:
        """Lie about every so often, until `names` is empty."""
        asyncio.get_running_loop().call_later(
            self.random.randint(1, 2 * pause_ms) * 0.001, self._next, pause_ms
        )

    def stop(self) -> None:
        """They are silent from now on."""
        self.names = ()

    def _next(self, pause_ms: int) -> None:
        if self.names:
            self.act()
            self.start(pause_ms)

    # --- what is seen ----------------------------------------------------------------------------

    def observe(self, message: PeerMessage) -> None:
        """Every message of the network."""
        if not isinstance(message, SPOKEN):
            return
        if len(self.messages) < KEPT_MAX:
            self.messages.append(message)
        else:
            self.messages[self.random.randrange(KEPT_MAX)] = message
        part = signed_part(message)
        if part.height > self.height:
            self.height = part.height
            self.blocks, self.changes, self.prepares, self.roots = {}, {}, {}, {}
        if part.height == self.height:
            self._learn(message)

    def _learn(self, message: ConsensusMessage) -> None:
        match message:
            case PrePrepare():
                if len(self.blocks) < KEPT_MAX:
                    self.blocks[message.digest] = message.proposal
            case Prepare():
                if len(self.prepares) < KEPT_MAX:
                    votes = self.prepares.setdefault((message.view, message.digest), {})
                    votes[message.sender] = message
            case Commit():
                if len(self.roots) < KEPT_MAX:
                    self.roots[message.digest] = message.root
            case ViewChange():
                head = message.head
                if len(self.changes) < KEPT_MAX:
                    self.changes[head.view, head.sender, head.signature] = message
                for vote in () if message.certificate is None else message.certificate.prepares:
                    self._learn(vote)

    # --- what is known of the open height --------------------------------------------------------

    def best(self) -> SimNode | None:
        """A running node whose open height this is."""
        running = [
            node
            for node in self.nodes.values()
            if node.alive and node.shell.driver.replica.height == self.height
        ]
        return running[0] if running else None

    def views(self) -> list[int]:
        """Views that somebody is in."""
        seen = [0, *(view for view, _ in self.prepares), *(view for view, _, _ in self.changes)]
        return sorted({view for view in seen if view < 1_000})[-4:]

    def certificates(self, best: SimNode) -> list[PreparedCertificate]:
        """Prepared certificates that the seen Prepares and own ones make."""
        members = best.shell.driver.replica.validators
        q = quorum(len(members))
        found = []
        for (view, digest), votes in self.prepares.items():
            own = {name: self.prepare(name, view, digest) for name in self.names}
            every = {name: vote for name, vote in {**own, **votes}.items() if name in members}
            if len(every) >= q:
                chosen = sorted(self.random.sample(sorted(every), q))
                found.append(
                    PreparedCertificate(
                        height=self.height,
                        view=view,
                        digest=digest,
                        prepares=tuple(every[name] for name in chosen),
                    )
                )
        return found

    # --- signing with own keys --------------------------------------------------------------------

    def sign(self, name: str, draft: M) -> M:
        """Past every guard; with several keys now and then by the first, which was retired."""
        node, data = self.nodes[name], signing_bytes_of(draft, self._scope)
        retired = len(node.keys) > 1 and self.random.random() < RETIRED_SHARE
        key = node.keys[0] if retired else node.key
        return with_signature(draft, key.sign(data))

    def prepare(self, name: str, view: int, digest: bytes) -> Prepare:
        """A liar's Prepare."""
        draft = Prepare(height=self.height, view=view, digest=digest, sender=name, signature=b"")
        return self.sign(name, draft)

    def view_change(self, name: str, view: int, claim: PreparedCertificate | None) -> ViewChange:
        """A liar's ViewChange with a claim of its choice."""
        head = ViewChangeHead(
            height=self.height,
            view=view,
            prepared_view=None if claim is None else claim.view,
            prepared_digest=None if claim is None else claim.digest,
            sender=name,
            signature=b"",
        )
        return self.sign(name, ViewChange(head=head, certificate=claim))

    def block(self, best: SimNode, name: str, view: int) -> tuple[bytes, Proposal]:
        """A new valid block of a liar that is primary of that view."""
        hs = best.shell.driver.replica._core.hs
        tip = hs.tip
        certificate = tip.certificate
        parent_view = 0 if certificate is None else certificate.view
        template = HeaderTemplate(
            version=tip.protocol_version,
            height=tip.height + 1,
            parent=tip.digest,
            parent_state_root=tip.state_root,
            timestamp_ms=tip.timestamp_ms + self.random.choice((1, 2, 3, 4)),
            proposer=ValidatorId(name),
            origin_view=view,
            failed=failed_primaries(hs.parent_schedule, parent_view, hs.schedule, view),
            validators_hash=tip.validators_hash,
            next_validators_hash=tip.next_validators_hash,
        )
        waiting = [entry.transaction.wire_id for entry in best.shell.pool.entries()][:8]
        count = min(len(waiting), self.random.randrange(3))
        wire_ids = tuple(self.random.sample(waiting, count))
        header = Header(
            chain_id=best.chain.chain_id,
            tx_root=tx_root(wire_ids),
            parent_certificate=certificate_digest(certificate),
            **msgspec.structs.asdict(template),
        )
        proposal = Proposal(header=header, wire_ids=wire_ids, parent_certificate=certificate)
        return header_digest(header), proposal

    def justification(self, best: SimNode, view: int) -> Justification | None:
        """Any q heads for a view: own ones with chosen claims beside what others signed."""
        members = best.shell.driver.replica.validators
        heads = {
            sender: change
            for (at, sender, _), change in self.changes.items()
            if at == view and sender in members
        }
        known = [found for found in self.certificates(best) if found.view < view]
        for name in self.names:
            if name in members:
                heads[name] = self.view_change(name, view, self.random.choice([None, *known]))
        q = quorum(len(members))
        if len(heads) < q:
            return None
        chosen = [heads[name] for name in sorted(self.random.sample(sorted(heads), q))]
        top = highest_claim(tuple(change.head for change in chosen))
        certificate = None
        for change in chosen:
            if top is not None and change.head == top and self.random.random() > 0.1:
                certificate = change.certificate
        return Justification(heads=tuple(c.head for c in chosen), certificate=certificate)

    # --- acts ------------------------------------------------------------------------------------

    def act(self) -> None:
        """One lie, told to some."""
        best = self.best()
        if best is None:
            return
        self.acts += 1
        lie = self.random.choices(
            (self.vote_for_all, self.equivocate, self.change_view, self.replay, self.gossip),
            weights=(5, 4, 3, 2, 1),
        )[0]
        lie(best)

    def tell(self, source: str, message: PeerMessage, share: float) -> None:
        """To each node with that probability."""
        parcel = Parcel(message)
        for target in self.nodes:
            if target != source and self.random.random() < share:
                self.network.send(source, target, parcel)
        self.observe(message)

    def vote_for_all(self, _best: SimNode) -> None:
        """Prepare and Commit for every block in every view where somebody might need it."""
        share = self.random.choice((0.3, 1.0))
        for name in self.names:
            for view, digest in list(self.prepares)[-4:]:
                self.tell(name, self.prepare(name, view, digest), share)
                root = self.roots.get(digest)
                if root is None or self.random.random() < 0.1:
                    root = self.random.randbytes(32)
                draft = Commit(
                    height=self.height,
                    view=view,
                    digest=digest,
                    root=root,
                    sender=name,
                    signature=b"",
                )
                self.tell(name, self.sign(name, draft), share)

    def equivocate(self, best: SimNode) -> None:
        """As primary of a view that is in use: another block for some of the others."""
        schedule = best.shell.driver.replica._core.hs.schedule
        for view in [*self.views(), max(self.views()) + 1]:
            name = schedule.primary(view)
            if name not in self.names:
                continue
            found = self.justification(best, view) if view else None
            if view and (found is None or self.random.random() < 0.1):
                found = Justification(heads=(), certificate=None)
            digest, proposal = self.block(best, name, view)
            if found is not None and found.certificate is not None:
                digest = found.certificate.digest
                proposal = self.blocks.get(digest, proposal)
            draft = PrePrepare(
                height=self.height,
                view=view,
                digest=digest,
                proposal=proposal,
                justification=found,
                bodies=(),
                sender=name,
                signature=b"",
            )
            self.tell(name, self.sign(name, draft), self.random.choice((0.3, 0.5, 1.0)))
            self._learn(self.prepare(name, view, digest))

    def change_view(self, best: SimNode) -> None:
        """A ViewChange with any claim, also for views far away."""
        top = max(self.views())
        for name in self.names:
            view = self.random.choice((1, top, top + 1, top + 1, top + 2, FAR_VIEW))
            if view < 1:
                continue
            known = [found for found in self.certificates(best) if found.view < view]
            claim = self.random.choice([None, *known])
            self.tell(name, self.view_change(name, view, claim), self.random.choice((0.5, 1.0)))

    def replay(self, _best: SimNode) -> None:
        """Old messages again, from a liar and to anybody."""
        for _ in range(min(4, len(self.messages))):
            message = self.random.choice(self.messages)
            self.tell(self.random.choice(self.names), message, 0.5)

    def gossip(self, best: SimNode) -> None:
        """A Status that shows a node its own old signature, and another tip or none."""
        source, target = self.random.choice(self.names), self.random.choice(list(self.nodes))
        parts = [signed_part(each) for each in self.messages if isinstance(each, SPOKEN)]
        mine = [part for part in parts if part.sender == target]
        tip = best.chain.tip
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
        self.network.send(source, target, Parcel(status))
        if len(mine) > 1:
            first, second = self.random.sample(mine, 2)
            false = Evidence(accused=target, height=first.height, first=first, second=second)
            self.tell(source, false, 0.5)
