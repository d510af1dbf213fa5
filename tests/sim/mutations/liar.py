"""What a liar knows and holds: its key, what it has seen, and chance."""

from random import Random
from typing import TypeVar

import msgspec

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Justification,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    Status,
    ViewChange,
    ViewChangeHead,
)
from consensus.types import CommitCertificate, Proposal
from node.signing import SigningKey
from node.wire.hashing import SigningScope, header_digest
from node.wire.peer_messages import BlockReply, PeerMessage, SyncReply, TxBatch
from node.wire.verify import signing_bytes_of, with_signature

KEPT_MAX = 64
"""Of each kind of thing seen, the newest."""
Vote = PrePrepare | Prepare | Commit | ViewChange
T = TypeVar("T")
M = TypeVar("M", bound=ConsensusMessage)


class Liar:
    """One Byzantine node. It can sign for itself only."""

    def __init__(self, name: str, key: SigningKey, scope: SigningScope, chances: Random) -> None:
        self.name = name
        self.random = chances
        self._key = key
        self._scope = scope
        self.proposals: dict[bytes, Proposal] = {}
        """By digest, of all heights."""
        self.votes: list[Vote] = []
        self.prepared: list[PreparedCertificate] = []
        self.commits: list[CommitCertificate] = []
        self.heads: list[ViewChangeHead] = []
        self.justifications: list[Justification] = []
        self.bodies: list[bytes] = []

    def seen(self, message: PeerMessage) -> None:
        """Keep what a message holds, sent or received."""
        match message:
            case PrePrepare(proposal=proposal, justification=justification):
                self.seen_proposal(proposal)
                self._keep(self.votes, message)
                if justification is not None:
                    self._keep(self.justifications, justification)
                    for head in justification.heads:
                        self._keep(self.heads, head)
            case Prepare() | Commit():
                self._keep(self.votes, message)
            case ViewChange(head=head, certificate=certificate):
                self._keep(self.votes, message)
                self._keep(self.heads, head)
                if certificate is not None:
                    self._keep(self.prepared, certificate)
            case Status(tip_certificate=tip) if tip is not None:
                self._keep(self.commits, tip)
            case BlockReply(proposal=proposal) if proposal is not None:
                self.seen_proposal(proposal)
            case SyncReply(blocks=blocks):
                for block in blocks:
                    self.seen_proposal(block.proposal)
                    self._keep(self.commits, block.certificate)
            case TxBatch(bodies=bodies):
                for body in bodies:
                    self._keep(self.bodies, body)
            case _:
                pass

    def seen_proposal(self, proposal: Proposal) -> None:
        """Keep a block."""
        self.proposals[header_digest(proposal.header)] = proposal
        if len(self.proposals) > KEPT_MAX:
            del self.proposals[next(iter(self.proposals))]

    @staticmethod
    def _keep(kept: list[T], item: T) -> None:
        if item not in kept:
            kept.append(item)
            del kept[:-KEPT_MAX]

    def choose(self, items: list[T]) -> T | None:
        """One of them; None if there are none."""
        return self.random.choice(items) if items else None

    def signed(self, message: M) -> M:
        """The message under its own key; only its own messages come here."""
        return with_signature(message, self.signature(message))

    def signature(self, message: Vote | ViewChangeHead) -> bytes:
        """Over a message or a head that names this node as its sender."""
        return self._key.sign(signing_bytes_of(message, self._scope))

    def signed_head(self, head: ViewChangeHead) -> ViewChangeHead:
        """An own head, signed again."""
        return msgspec.structs.replace(head, signature=self.signature(head))
