"""The adversary: up to f validators with one mind, who see every message and sign with their keys.

Rules of this file:
1. What they know and claim is in tests/consensus/lies.py; here is how they hear, sign, make blocks
   and are heard.
2. Its own node runs too, with what it sends thinned out and its answers to sync altered: a liar
   that is only silent is weak.
"""

import asyncio
from random import Random
from typing import TypeVar

import msgspec

from consensus.actions import HeaderTemplate
from consensus.messages import (
    ConsensusMessage,
    Evidence,
    Justification,
    PrePrepare,
)
from consensus.types import Header, Proposal, ValidatorId
from consensus.validator_set import failed_primaries
from consensus.view_change import highest_claim
from node.wire.hashing import SigningScope, certificate_digest, header_digest, tx_root
from node.wire.peer_messages import PeerMessage
from node.wire.verify import signing_bytes_of, with_signature
from tests.consensus.lies import SPOKEN, Lies, signed_by
from tests.sim.network import Network, Parcel
from tests.sim.node import SimNode

M = TypeVar("M", bound=ConsensusMessage)

KEPT_MAX = 300
"""Messages, and those of each kind of the open height."""
RETIRED_SHARE = 0.2
"""Of what a liar with several keys signs."""


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
        self.nodes = nodes
        self.network = network
        self.random = generator
        self._scope = scope
        self.lies = Lies(names, generator, self.sign, KEPT_MAX)
        self.messages: list[PeerMessage] = []
        """Some of all that was ever said."""
        self.acts = 0

    def start(self, pause_ms: int) -> None:
        """Lie about every so often, until there are none."""
        asyncio.get_running_loop().call_later(
            self.random.randint(1, 2 * pause_ms) * 0.001, self._next, pause_ms
        )

    def stop(self) -> None:
        """They are silent from now on."""
        self.lies.names = ()

    def _next(self, pause_ms: int) -> None:
        if self.lies.names:
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
        self.lies.learn(message)

    # --- what is known of the open height --------------------------------------------------------

    def best(self) -> SimNode | None:
        """A running node whose open height this is."""
        running = [
            node
            for node in self.nodes.values()
            if node.alive and node.shell.driver.replica.height == self.lies.height
        ]
        return running[0] if running else None

    # --- signing with own keys --------------------------------------------------------------------

    def sign(self, name: str, draft: M) -> M:
        """Past every guard; with several keys now and then by the first, which was retired."""
        node, data = self.nodes[name], signing_bytes_of(draft, self._scope)
        retired = len(node.keys) > 1 and self.random.random() < RETIRED_SHARE
        key = node.keys[0] if retired else node.key
        return with_signature(draft, key.sign(data))

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
        chosen = self.lies.heads(view, best.shell.driver.replica.validators)
        if chosen is None:
            return None
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
        for name in self.lies.names:
            for view, digest in list(self.lies.prepares)[-4:]:
                self.tell(name, self.lies.prepare(name, view, digest), share)
                root = self.lies.roots.get(digest)
                if root is None or self.random.random() < 0.1:
                    root = self.random.randbytes(32)
                self.tell(name, self.lies.commit(name, view, digest, root), share)

    def equivocate(self, best: SimNode) -> None:
        """As primary of a view that is in use: another block for some of the others."""
        schedule = best.shell.driver.replica._core.hs.schedule
        for view in [*self.lies.views(), max(self.lies.views()) + 1]:
            name = schedule.primary(view)
            if name not in self.lies.names:
                continue
            found = self.justification(best, view) if view else None
            if view and (found is None or self.random.random() < 0.1):
                found = Justification(heads=(), certificate=None)
            digest, proposal = self.block(best, name, view)
            if found is not None and found.certificate is not None:
                digest = found.certificate.digest
                proposal = self.lies.blocks.get(digest, proposal)
            draft = PrePrepare(
                height=self.lies.height,
                view=view,
                digest=digest,
                proposal=proposal,
                justification=found,
                bodies=(),
                sender=name,
                signature=b"",
            )
            self.tell(name, self.sign(name, draft), self.random.choice((0.3, 0.5, 1.0)))
            self.lies.learn(self.lies.prepare(name, view, digest))

    def change_view(self, best: SimNode) -> None:
        """A ViewChange with any claim, also for views far away."""
        top, members = max(self.lies.views()), best.shell.driver.replica.validators
        for name in self.lies.names:
            found = self.lies.any_view_change(name, top, members)
            if found is not None:
                self.tell(name, found, self.random.choice((0.5, 1.0)))

    def replay(self, _best: SimNode) -> None:
        """Old messages again, from a liar and to anybody."""
        for _ in range(min(4, len(self.messages))):
            message = self.random.choice(self.messages)
            self.tell(self.random.choice(self.lies.names), message, 0.5)

    def gossip(self, best: SimNode) -> None:
        """A Status that shows a node its own old signature, and another tip or none."""
        source, target = self.random.choice(self.lies.names), self.random.choice(list(self.nodes))
        mine = signed_by(target, self.messages)
        self.network.send(source, target, Parcel(self.lies.status(best.chain.tip, mine)))
        if len(mine) > 1:
            first, second = self.random.sample(mine, 2)
            false = Evidence(accused=target, height=first.height, first=first, second=second)
            self.tell(source, false, 0.5)
