"""Signs what the core asks to sign, under the sign guard (R12).

Rules of this file:
1. Nothing that this file returns was signed without being in the fsynced guard first.
2. The block and its bodies go into the guard in the same fsync as the Prepare (R3); a prepared
   certificate in the same fsync as the Commit (R4). So one flush a step is enough.
"""

from pathlib import Path

import msgspec

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    Step,
    ViewChange,
)
from consensus.types import Proposal
from node.signing import SigningKey
from node.storage.guard_types import GuardFailed, GuardState
from node.storage.sign_guard import AttachmentKind, SignGuard
from node.wire.hashing import SigningScope
from node.wire.verify import signing_bytes_of, with_signature


class GuardedProposal(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A block with all its bodies, as the guard keeps it."""

    digest: bytes
    proposal: Proposal
    bodies: tuple[bytes, ...]


_encode = msgspec.msgpack.Encoder().encode
_message_decoder = msgspec.msgpack.Decoder(PrePrepare | Prepare | Commit | ViewChange)
_proposal_decoder = msgspec.msgpack.Decoder(GuardedProposal)
_certificate_decoder = msgspec.msgpack.Decoder(PreparedCertificate)


def place_of(message: ConsensusMessage) -> tuple[int, int, Step, bytes, bytes]:
    """(height, view, step, digest, root) by which the guard orders a message."""
    match message:
        case PrePrepare(height=height, view=view, digest=digest):
            return height, view, Step.PRE_PREPARE, digest, b""
        case Prepare(height=height, view=view, digest=digest):
            return height, view, Step.PREPARE, digest, b""
        case Commit(height=height, view=view, digest=digest, root=root):
            return height, view, Step.COMMIT, digest, root
        case ViewChange(head=head):
            return head.height, head.view, Step.VIEW_CHANGE, head.prepared_digest or b"", b""


class SigningDesk:
    """One validator's key and its guard."""

    def __init__(
        self, signer: SigningKey, guard: SignGuard, scope: SigningScope, folder: Path
    ) -> None:
        self._signer = signer
        self._guard = guard
        self._scope = scope
        self._folder = folder
        self._store_sequence: int | None = None
        """Set while the guard is not trusted: what the store saw; a renewed guard goes above it."""

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        return self._signer.public_key

    @property
    def guard(self) -> SignGuard:
        """The guard behind this desk."""
        return self._guard

    def distrust(self, store_sequence: int) -> None:
        """The guard is stale (R12): it gets no further record and is replaced by the next `sign`.

        `store_sequence` = guard sequence in the newest block batch.
        """
        self._store_sequence = store_sequence

    def begin_turn(self, height: int, store_sequence: int) -> None:
        """This key signs from `height` on, after another one or none.

        A guard that never signed begins there, above what the store saw of the key before. Raises
        GuardFailed if the disk refuses.
        """
        if self._guard.state is GuardState.FRESH:
            self._renew(height, store_sequence)

    def sign_report(self, tx_id: bytes) -> bytes:
        """Signature over the id of a report of misbehaviour, and of nothing else (ADR 0012).

        No vote: the bytes of votes have another domain, so no guard is asked.
        """
        return self._signer.sign(tx_id)

    def begin_height(self, height: int) -> None:
        """A block was decided: a trusted guard goes to the next height."""
        if self._store_sequence is None:
            self._guard.begin_height(height)

    def sign(
        self,
        draft: ConsensusMessage,
        block: GuardedProposal | None,
        certificate: PreparedCertificate | None,
    ) -> ConsensusMessage:
        """The signed message, durable in the guard; an identical draft gets its stored bytes.

        Raises Refused or RootConflict.
        """
        height, view, step, digest, root = place_of(draft)
        attachments: list[tuple[AttachmentKind, bytes, bytes]] = []
        if block is not None and self._guard.proposal(block.digest) is None:
            attachments.append((AttachmentKind.PROPOSAL, block.digest, _encode(block)))
        if certificate is not None:
            attachments.append(
                (AttachmentKind.CERTIFICATE, certificate.digest, _encode(certificate))
            )
        signing_bytes = signing_bytes_of(draft, self._scope)
        if self._store_sequence is not None:
            self._renew(height, self._store_sequence)

        def make(data: bytes) -> tuple[bytes, bytes]:
            signature = self._signer.sign(data)
            return signature, _encode(with_signature(draft, signature))

        record = self._guard.sign(
            height=height,
            view=view,
            step=step,
            digest=digest,
            root=root,
            signing_bytes=signing_bytes,
            make=make,
            attachments=tuple(attachments),
        )
        signed: ConsensusMessage = _message_decoder.decode(record.message)
        return signed

    def _renew(self, height: int, store_sequence: int) -> None:
        """A new guard in place of a stale or unused one.

        A stale node may vote again (R12): the core asks for signatures above M + 2 only.
        """
        self._guard.close()
        try:
            self._guard = SignGuard.create(
                self._folder,
                self._signer.public_key,
                height=height,
                sequence=store_sequence + 1,
                replace=True,
                disk=self._guard.disk,
            )
        except OSError as error:
            raise GuardFailed(f"no new sign guard: {error}") from error
        self._store_sequence = None

    def keep(self, certificate: PreparedCertificate) -> None:
        """Make a certificate of a view already left durable (R4).

        An observer keeps none: it sends no Commit and no ViewChange that would need it.
        """
        if self._store_sequence is None:
            self._guard.attach(AttachmentKind.CERTIFICATE, certificate.digest, _encode(certificate))


def restored_messages(guard: SignGuard, height: int) -> tuple[ConsensusMessage, ...]:
    """Own signed messages of a height, in the order of signing."""
    return tuple(
        _message_decoder.decode(record.message)
        for record in guard.records()
        if record.height == height
    )


def restored_proposals(guard: SignGuard, height: int) -> tuple[GuardedProposal, ...]:
    """Blocks of a height that the guard holds."""
    blocks = (_proposal_decoder.decode(data) for data in guard.proposals())
    return tuple(block for block in blocks if block.proposal.header.height == height)


def restored_certificates(guard: SignGuard, height: int) -> tuple[PreparedCertificate, ...]:
    """Prepared certificates of a height that the guard holds."""
    kept = (_certificate_decoder.decode(data) for data in guard.certificates())
    return tuple(certificate for certificate in kept if certificate.height == height)
