"""What must hold whatever happens: checked after each event of the in-memory cluster."""

from typing import TYPE_CHECKING

from consensus.messages import Commit, ConsensusMessage, Prepare, PrePrepare, ViewChange
from consensus.signed import Content, content_of, order_of, signed_part
from consensus.types import CommitCertificate
from tests.consensus import fakes
from tests.consensus.packets import Packet

if TYPE_CHECKING:
    from tests.consensus.cluster import Cluster
    from tests.consensus.peer import Peer


class Violation(AssertionError):
    """A safety property is broken."""


class History:
    """What the cluster did so far, as far as the properties need it."""

    def __init__(self, cluster: "Cluster") -> None:
        self.cluster = cluster
        self.blocks: dict[int, tuple[bytes, bytes]] = {}
        """height -> (digest, root), as first decided by anybody honest."""
        self.votes: dict[tuple[str, tuple[int, int, int]], Content] = {}
        """(name, order) -> content signed there."""
        self.highest: dict[str, tuple[int, int, int]] = {}
        """Highest order that each name signed."""
        self.executions: dict[tuple[str, int, bytes], int] = {}
        self.evidence_checked: dict[str, int] = {}

    def decided(self, name: str, digest: bytes, certificate: CommitCertificate) -> None:
        """Agreement, one root per height, valid certificate."""
        if name in self.cluster.byzantine:
            return
        height = certificate.height
        if certificate.digest != digest:
            raise Violation(f"{name} stored a certificate of another block at {height}")
        if not fakes.certificate_verifies(certificate, self.cluster.validators[height]):
            raise Violation(f"{name} stored an invalid certificate at {height}")
        known = self.blocks.setdefault(height, (digest, certificate.root))
        if known != (digest, certificate.root):
            raise Violation(f"fork at {height}: {name} decided another block or root")

    def signed(self, name: str, message: ConsensusMessage) -> None:
        """No honest key signs two contents in one place, or below its highest signature."""
        if name in self.cluster.byzantine:
            return
        part = signed_part(message)
        order, content = order_of(part), content_of(part)
        if self.votes.setdefault((name, order), content) != content:
            raise Violation(f"{name} signed twice at {order}")
        highest = self.highest.get(name)
        if highest is not None and order < highest:
            known = self.votes.get((name, order))
            if known != content:
                raise Violation(f"{name} signed {order} after {highest}")
        self.highest[name] = order if highest is None else max(order, highest)

    def check_durable(self, source: str, packet: Packet) -> None:
        """A vote is in the synced guard before any byte of it leaves (R12)."""
        if source in self.cluster.byzantine:
            return
        if not isinstance(packet, PrePrepare | Prepare | Commit | ViewChange):
            return
        part = signed_part(packet)
        guard = self.cluster.peers[source].disk.guard
        if part.sender != source or guard is None or part.height < guard.height:
            return
        durable = [
            content_of(signed_part(record.message))
            for record in guard.durable
            if record.message is not None
        ]
        if content_of(part) not in durable:
            raise Violation(f"{source} sent a vote that is not durable: {order_of(part)}")
        if isinstance(packet, Prepare) and not any(
            record.proposal is not None and record.proposal[0] == packet.digest
            for record in guard.durable
        ):
            raise Violation(f"{source} sent a Prepare whose block is not durable")
        if isinstance(packet, Commit) and not any(
            record.certificate is not None and record.certificate.digest == packet.digest
            for record in guard.durable
        ):
            raise Violation(f"{source} sent a Commit whose certificate is not durable")

    def executed(self, name: str, life: int, digest: bytes) -> None:
        """A block is executed once in a life (R3)."""
        key = (name, life, digest)
        self.executions[key] = self.executions.get(key, 0) + 1
        if self.executions[key] > 1:
            raise Violation(f"{name} executed a block twice")

    def check_evidence(self, peer: "Peer") -> None:
        """Honest nodes never produce evidence, restarts included (R11)."""
        seen = self.evidence_checked.get(peer.name, 0)
        for evidence in peer.evidence[seen:]:
            if evidence.accused not in self.cluster.byzantine:
                raise Violation(f"{peer.name} accuses {evidence.accused}, who is honest")
        self.evidence_checked[peer.name] = len(peer.evidence)
