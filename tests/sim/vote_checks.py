"""What must hold of votes: looked at before each message of a correct node leaves it.

Rules of this file:
1. The platter is asked, not the guard: a vote that leaves is among the durable bytes of its node,
   a Prepare with its whole block, a Commit with its prepared certificate (R3, R4, R12).
2. A key signs in ascending order and never twice in one place, over all lives of its node (R12),
   and only at heights whose set names it: so a validator whose key changes signs nothing twice.
3. A Prepare in a view above 0 answers a PrePrepare that is justified (R3).
4. Who signed a commit certificate holds block and vote on its platter: what is acknowledged would
   survive the loss of f nodes.
"""

from collections import Counter, deque

from consensus.messages import Commit, Prepare, PrePrepare, ViewChange
from consensus.signed import signed_part
from consensus.types import CommitCertificate, ValidatorSet
from node.storage.guard_types import GuardRecord
from node.wire.hashing import SigningScope
from node.wire.peer_messages import PeerMessage
from tests.sim.justified import Verify, fault_of
from tests.sim.mirror import GuardMirror
from tests.sim.node import SimNode
from tests.sim.violation import Violation

Order = tuple[int, int, int]
Signer = tuple[str, bytes]
"""Name of a node and one of its public keys."""
PRE_PREPARES_MAX = 256
"""Newest of one node and height that are kept to look at their J; liars send any number."""


class VoteChecks:
    """All votes of all correct nodes."""

    def __init__(self, sets: dict[int, ValidatorSet], scope: SigningScope, verify: Verify) -> None:
        self._sets = sets
        self._scope = scope
        self._verify = verify
        self.excused: dict[str, str] = {}
        """Name -> why it is not held to this: a liar, or a machine that went back in time."""
        self.forgetful: dict[str, str] = {}
        """Name -> what of its disk was lost: it need not hold what it signed for."""
        self._mirrors: dict[Signer, GuardMirror] = {}
        self._signed: dict[Signer, dict[Order, bytes]] = {}
        """Signer -> place -> signing bytes, of the two newest heights."""
        self._highest: dict[Signer, Order] = {}
        self._seen: dict[str, dict[bytes, None]] = {}
        """Signatures that left and were looked at, of the height of the mirror."""
        self._offers: dict[str, tuple[int, deque[PrePrepare]]] = {}
        """Name -> (height, PrePrepares of views above 0 that it got)."""
        self.counts: Counter[str] = Counter()

    def mirror(self, node: SimNode, height: int) -> GuardMirror:
        """The durable guard of the key that signs for a node at a height, as of now.

        The guards of all its keys are looked at: the others sign nothing there.
        """
        member = self._sets[height].get(node.name)
        if member is None:
            raise Violation(f"{node.name} votes at {height} and is no validator there")
        for key in node.keys:
            self._look(node, key.public_key)
        return self._mirrors[node.name, member.public_key]

    def _look(self, node: SimNode, public_key: bytes) -> None:
        signer = node.name, public_key
        found = self._mirrors.get(signer)
        if found is None:
            found = self._mirrors[signer] = GuardMirror(node, public_key)
        before = len(found.records), found.height
        found.look()
        if before != (len(found.records), found.height):
            for record in found.records.values():
                self._record(signer, record)

    def offered(self, node: SimNode, message: PrePrepare) -> None:
        """A PrePrepare of a view above 0 reached a node."""
        height, offers = self._offers.get(node.name, (0, None))
        if offers is None or height != message.height:
            offers = deque(maxlen=PRE_PREPARES_MAX)
            self._offers[node.name] = (message.height, offers)
        offers.append(message)

    def leaves(self, node: SimNode, message: PeerMessage) -> None:
        """A message is about to leave a correct node."""
        if not isinstance(message, PrePrepare | Prepare | Commit | ViewChange):
            return
        part = signed_part(message)
        if part.sender != node.name:
            return
        seen = self._seen.setdefault(node.name, {})
        if part.signature in seen:
            return
        mirror = self.mirror(node, part.height)
        if part.height < mirror.height:
            return
        where = f"{node.name}: {type(message).__name__} at {part.height}, view {part.view}"
        if part.signature not in mirror.records:
            raise Violation(f"{where} leaves before it is durable")
        if isinstance(message, Prepare):
            if message.digest not in mirror.blocks:
                raise Violation(f"{where} leaves before its block is durable")
            if message.view > 0:
                self._justified(where, mirror, message)
        if isinstance(message, Commit) and mirror.certificates.get(message.digest, -1) < part.view:
            raise Violation(f"{where} leaves before its prepared certificate is durable")
        if len(seen) > 4 * len(mirror.records) + 64:
            seen.clear()
        seen[part.signature] = None
        self.counts["votes"] += 1

    def acknowledged(self, nodes: dict[str, SimNode], certificate: CommitCertificate) -> None:
        """A block is about to be told to clients: its signers have it on their platters."""
        height, members = certificate.height, self._sets[certificate.height]
        for entry in certificate.signatures:
            name = members.members[entry.index].id
            node = nodes[name]
            lost = name in self.excused or name in self.forgetful
            if lost or node.height_on_disk() >= height:
                continue
            mirror = self.mirror(node, height)
            if mirror.height > height:
                continue
            if entry.signature not in mirror.records or certificate.digest not in mirror.blocks:
                raise Violation(
                    f"block {height} is acknowledged, but {name}, who signed, may forget it"
                )
        self.counts["acknowledged blocks"] += 1

    def _record(self, signer: Signer, record: GuardRecord) -> None:
        """In the order of signing; also read again after the guard began a new file."""
        name, public_key = signer
        if name in self.excused:
            return
        order = (record.height, record.view, int(record.step))
        member = self._sets[record.height].get(name)
        if member is None or member.public_key != public_key:
            raise Violation(f"{name} signed {order} with a key that is not in force there")
        signed = self._signed.setdefault(signer, {})
        known = signed.get(order)
        if known is not None and known != record.signing_bytes:
            raise Violation(f"{name} signed two contents at {order}")
        highest = self._highest.get(signer, (0, 0, 0))
        if known is None and order <= highest:
            raise Violation(f"{name} signed {order} after {highest}")
        if order > highest:
            if order[0] > highest[0]:
                self._signed[signer] = {o: s for o, s in signed.items() if o[0] >= highest[0]}
            self._highest[signer] = order
        self._signed[signer][order] = record.signing_bytes

    def _justified(self, where: str, mirror: GuardMirror, prepare: Prepare) -> None:
        """By a PrePrepare that came, or by an own one that its guard holds."""
        _, offers = self._offers.get(prepare.sender, (0, ()))
        place = (prepare.height, prepare.view, prepare.digest)
        fitting = [
            offer
            for offer in (*offers, *mirror.pre_prepares())
            if (offer.height, offer.view, offer.digest) == place
        ]
        members = self._sets[prepare.height]
        faults = [fault_of(offer, members, self._scope, self._verify) for offer in fitting]
        if None not in faults:
            raise Violation(f"{where} answers no justified PrePrepare: {faults}")
        self.counts["justified"] += 1
