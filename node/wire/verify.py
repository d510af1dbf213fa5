"""The gate between bytes from a peer and the core: the only file that says Verified.

Rules of this file:
1. A rejection is a value with a stable reason. Nothing here raises for a peer's fault.
2. Cheap tests before dear ones: membership, then the sender's signature, then hashes over lists,
   then nested signatures. A stranger costs no signature check, a member's junk costs one.
3. `Verified` means: each signature, digest and root inside is right for the validator set of its
   height. Whether the message may be acted on (primary, view, J) is the core's business (page 03,
   "valid iff").
4. The structure of certificates is judged by consensus/quorum.py, the same code that the core uses.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar, assert_never

import msgspec

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Evidence,
    Justification,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    PrePrepareHead,
    SignedPart,
    Status,
    ViewChange,
    ViewChangeHead,
)
from consensus.quorum import commit_certificate_fits, prepared_certificate_fits
from consensus.types import NO_DIGEST, CommitCertificate, Proposal, ValidatorSet, Verified
from node.wire.hashing import (
    Kind,
    SigningScope,
    certificate_digest,
    claim_hash,
    header_digest,
    signing_bytes,
    tx_root,
)
from node.wire.peer_messages import DecidedBlock
from node.wire.signature_cache import SignatureCache

M = TypeVar("M", bound=ConsensusMessage)


ROOTS_KEPT_MAX = 8
"""Blocks whose tx_root is remembered; the oldest goes first."""


class Reason(StrEnum):
    """Why a message was rejected: stable symbols for metrics, logs and tests."""

    UNKNOWN_HEIGHT = "unknown_height"
    NOT_A_VALIDATOR = "not_a_validator"
    BAD_SIGNATURE = "bad_signature"
    WRONG_CHAIN = "wrong_chain"
    WRONG_HEIGHT = "wrong_height"
    WRONG_DIGEST = "wrong_digest"
    WRONG_TX_ROOT = "wrong_tx_root"
    WRONG_PARENT = "wrong_parent"
    BODIES_MISSING = "bodies_missing"
    BAD_CLAIM = "bad_claim"
    BAD_CERTIFICATE = "bad_certificate"
    BAD_EVIDENCE = "bad_evidence"


class Rejected(msgspec.Struct, frozen=True):
    """A message that must not reach the core."""

    reason: Reason


Signed = ConsensusMessage | SignedPart
"""Whatever has a signature of its own, also as a draft."""


def signing_bytes_of(message: Signed, scope: SigningScope) -> bytes:
    """The 32 bytes under the signature of a message or draft.

    A PrePrepare and its head have the same.
    """
    match message:
        case PrePrepare() | PrePrepareHead():
            kind, digest, extra = Kind.PRE_PREPARE, message.digest, None
        case Prepare():
            kind, digest, extra = Kind.PREPARE, message.digest, None
        case Commit():
            kind, digest, extra = Kind.COMMIT, message.digest, message.root
        case ViewChange():
            return signing_bytes_of(message.head, scope)
        case ViewChangeHead():
            kind, digest = Kind.VIEW_CHANGE, NO_DIGEST
            extra = claim_hash(message.prepared_view, message.prepared_digest)
        case _:
            assert_never(message)
    return signing_bytes(
        kind,
        scope,
        height=message.height,
        view=message.view,
        digest=digest,
        extra=NO_DIGEST if extra is None else extra,
    )


def with_signature(draft: M, signature: bytes) -> M:
    """The draft with its signature in place (a ViewChange: in its head)."""
    if isinstance(draft, ViewChange):
        head = msgspec.structs.replace(draft.head, signature=signature)
        return msgspec.structs.replace(draft, head=head)
    return msgspec.structs.replace(draft, signature=signature)


def trusted_own(message: M) -> Verified[M]:
    """Wrap an own message that this process has just signed, or has read from its own guard.

    The only way past the checks; its argument must never have come from a link.
    """
    return Verified(message)


class Verifier:
    """Checks what peers send against the validator sets that this node knows."""

    def __init__(
        self,
        *,
        scope: SigningScope,
        validators: Callable[[int], ValidatorSet | None],
        own: str | None = None,
        cache: SignatureCache | None = None,
    ) -> None:
        self._scope = scope
        self._validators = validators
        """The set of a height, None if this node cannot know it yet."""
        self._own = own
        """Own validator id, for `Status.seen`; None on an observer."""
        self.cache = SignatureCache() if cache is None else cache
        self._ids_under: OrderedDict[bytes, tuple[bytes, ...]] = OrderedDict()

    def verify(self, message: M) -> Verified[M] | Rejected:
        """A signed protocol message."""
        match message:
            case PrePrepare():
                reason = self._pre_prepare(message)
            case Prepare() | Commit():
                reason = self._part(message)
            case ViewChange():
                reason = self._view_change(message)
            case _:
                assert_never(message)
        return Verified(message) if reason is None else Rejected(reason)

    def verify_evidence(self, evidence: Evidence) -> Verified[Evidence] | Rejected:
        """Both signatures, by the accused, at the height named.

        Whether they conflict is the core's to say.
        """
        for part in (evidence.first, evidence.second):
            if part.sender != evidence.accused or part.height != evidence.height:
                return Rejected(Reason.BAD_EVIDENCE)
            reason = self._part(part)
            if reason is not None:
                return Rejected(reason)
        return Verified(evidence)

    def verify_status(self, status: Status) -> Verified[Status] | Rejected:
        """The tip certificate.

        `seen` becomes None unless it is a valid signature of the own key (R12).
        """
        certificate = status.tip_certificate
        if certificate is None:
            if status.height != 1:
                return Rejected(Reason.WRONG_HEIGHT)
        else:
            if certificate.height != status.height - 1:
                return Rejected(Reason.WRONG_HEIGHT)
            if certificate.digest != status.tip_digest:
                return Rejected(Reason.WRONG_DIGEST)
            reason = self.certificate_fault(certificate)
            if reason is not None:
                return Rejected(reason)
        seen = status.seen
        if seen is not None and (
            seen.part.sender != self._own or self._part(seen.part) is not None
        ):
            status = msgspec.structs.replace(status, seen=None)
        return Verified(status)

    def verify_certificate(
        self, certificate: CommitCertificate
    ) -> Verified[CommitCertificate] | Rejected:
        """A commit certificate that came alone."""
        reason = self.certificate_fault(certificate)
        return Verified(certificate) if reason is None else Rejected(reason)

    def verify_proposal(self, digest: bytes, proposal: Proposal) -> Verified[Proposal] | Rejected:
        """A proposal that was asked for by its digest (BlockReply)."""
        reason = self._proposal(digest, proposal) or self._parent(proposal)
        return Verified(proposal) if reason is None else Rejected(reason)

    def verify_decided(self, block: DecidedBlock) -> Verified[DecidedBlock] | Rejected:
        """A decided block of block sync.

        The signatures of its parent's certificate need no check: its hash is in the header, for
        which a quorum has signed. The bodies are checked by their wire ids when they are decoded.
        """
        header, certificate = block.proposal.header, block.certificate
        if certificate.height != header.height:
            return Rejected(Reason.WRONG_HEIGHT)
        if len(block.bodies) != len(block.proposal.wire_ids):
            return Rejected(Reason.BODIES_MISSING)
        reason = self._proposal(certificate.digest, block.proposal) or self.certificate_fault(
            certificate
        )
        return Verified(block) if reason is None else Rejected(reason)

    def remember_own(self, message: ConsensusMessage) -> None:
        """Keep an own signature as checked: it comes back in the certificates of others."""
        part = message.head if isinstance(message, ViewChange) else message
        validators = self._validators(part.height)
        member = None if validators is None else validators.get(part.sender)
        if member is not None and part.sender == self._own:
            data = signing_bytes_of(message, self._scope)
            self.cache.remember_own(member.public_key, data, part.signature)

    def certificate_fault(self, certificate: CommitCertificate) -> Reason | None:
        """What is wrong with a commit certificate, or None.

        Costs a check per signature not seen before.
        """
        validators = self._validators(certificate.height)
        if validators is None:
            return Reason.UNKNOWN_HEIGHT
        if not commit_certificate_fits(certificate, len(validators)):
            return Reason.BAD_CERTIFICATE
        data = signing_bytes(
            Kind.COMMIT,
            self._scope,
            height=certificate.height,
            view=certificate.view,
            digest=certificate.digest,
            extra=certificate.root,
        )
        for entry in certificate.signatures:
            key = validators.members[entry.index].public_key
            if not self.cache.is_valid(key, data, entry.signature):
                return Reason.BAD_SIGNATURE
        return None

    def _part(self, part: SignedPart | PrePrepare) -> Reason | None:
        """One signature of one sender."""
        validators = self._validators(part.height)
        if validators is None:
            return Reason.UNKNOWN_HEIGHT
        member = validators.get(part.sender)
        if member is None:
            return Reason.NOT_A_VALIDATOR
        if isinstance(part, ViewChangeHead) and (
            (part.prepared_view is None) != (part.prepared_digest is None)
        ):
            return Reason.BAD_CLAIM
        data = signing_bytes_of(part, self._scope)
        if not self.cache.is_valid(member.public_key, data, part.signature):
            return Reason.BAD_SIGNATURE
        return None

    def _pre_prepare(self, message: PrePrepare) -> Reason | None:
        if message.proposal.header.height != message.height:
            return Reason.WRONG_HEIGHT
        reason = self._part(message)
        if reason is None:
            reason = self._proposal(message.digest, message.proposal)
        if reason is None:
            reason = self._parent(message.proposal)
        if reason is None and message.justification is not None:
            reason = self._justification(message.justification)
        return reason

    def _proposal(self, digest: bytes, proposal: Proposal) -> Reason | None:
        """Every byte of the body is under the header, and the header under the digest (page 03)."""
        header = proposal.header
        if header.chain_id != self._scope.chain_id:
            return Reason.WRONG_CHAIN
        if header_digest(header) != digest:
            return Reason.WRONG_DIGEST
        if header.parent_certificate != certificate_digest(proposal.parent_certificate):
            return Reason.WRONG_PARENT
        return self._ids(header.tx_root, proposal.wire_ids)

    def _ids(self, root: bytes, wire_ids: tuple[bytes, ...]) -> Reason | None:
        """The root over the ids; not computed again for a block sent again (4 ms for 2,000 ids)."""
        if self._ids_under.get(root) == wire_ids:
            return None
        if tx_root(wire_ids) != root:
            return Reason.WRONG_TX_ROOT
        if len(self._ids_under) >= ROOTS_KEPT_MAX:
            self._ids_under.popitem(last=False)
        self._ids_under[root] = wire_ids
        return None

    def _parent(self, proposal: Proposal) -> Reason | None:
        """The certificate of the parent: none at height 1, else a valid one for just that block."""
        header, certificate = proposal.header, proposal.parent_certificate
        if certificate is None:
            return None if header.height == 1 else Reason.WRONG_PARENT
        if certificate.height != header.height - 1 or certificate.digest != header.parent:
            return Reason.WRONG_PARENT
        return self.certificate_fault(certificate)

    def _view_change(self, message: ViewChange) -> Reason | None:
        """A ViewChange with a bad certificate is rejected alone, it spoils no other (page 03)."""
        head, certificate = message.head, message.certificate
        reason = self._part(head)
        if reason is None and certificate is not None:
            if certificate.height != head.height:
                return Reason.WRONG_HEIGHT
            reason = self._prepared(certificate)
        return reason

    def _justification(self, justification: Justification) -> Reason | None:
        for head in justification.heads:
            reason = self._part(head)
            if reason is not None:
                return reason
        if justification.certificate is None:
            return None
        return self._prepared(justification.certificate)

    def _prepared(self, certificate: PreparedCertificate) -> Reason | None:
        """Equal Prepares of distinct senders, at least a quorum (R4)."""
        validators = self._validators(certificate.height)
        if validators is None:
            return Reason.UNKNOWN_HEIGHT
        if not prepared_certificate_fits(certificate, validators):
            return Reason.BAD_CERTIFICATE
        for prepare in certificate.prepares:
            reason = self._part(prepare)
            if reason is not None:
                return reason
        return None
