"""The protocol messages of docs/spec/consensus.md, as values.

Rules of this file:
1. A message names its sender by validator id; the shell checks the signature against the set of the
   message's height before a Verified[...] exists.
2. An empty signature (b"") marks a draft that the core asks the shell to sign (actions.Sign).
3. Signing bytes = SHA-256(domain, kind, chain_id, genesis digest, height, view, digest, extra): see
   docs/spec/wire.md. A Prepare can never be replayed as a Commit.
4. The tag of a struct is its first element on the wire and its kind in the signing bytes; never
   reused.
"""

from enum import IntEnum
from typing import Annotated

import msgspec

from consensus.types import (
    VALIDATORS_MAX,
    Bytes32,
    CommitCertificate,
    Height,
    Name,
    Proposal,
    View,
)

Signature = Annotated[bytes, msgspec.Meta(max_length=64)]
"""64 bytes, or empty in a draft."""
BODY_SIZE_BYTES_MIN = 128
"""No signed transaction is shorter: its key and signature alone have 100 bytes. A million bodies of
two bytes would take 13 times the size of their frame in memory."""
BODIES_MAX = 16_384
"""In a PrePrepare: as many as a block may have ids."""


class Step(IntEnum):
    """Order of own signatures inside one view (R12)."""

    VIEW_CHANGE = 0
    PRE_PREPARE = 1
    PREPARE = 2
    COMMIT = 3


class Prepare(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=2
):
    """I accepted this block in this view and it executes."""

    height: Height
    view: View
    digest: Bytes32
    sender: Name
    signature: Signature


class Commit(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=3
):
    """I hold a prepared certificate for this block; executing it gave this root."""

    height: Height
    view: View
    digest: Bytes32
    root: Bytes32
    sender: Name
    signature: Signature


class PreparedCertificate(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """q Prepares of distinct senders equal in (height, view, digest) (R4)."""

    height: Height
    view: View
    digest: Bytes32
    prepares: Annotated[tuple[Prepare, ...], msgspec.Meta(max_length=VALIDATORS_MAX)]
    """Sorted by sender id."""


class ViewChangeHead(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=5
):
    """The signed part of a ViewChange: small, so that q of them fit into a PrePrepare."""

    height: Height
    view: View
    """The view asked for, v' >= 1."""
    prepared_view: View | None
    """View of the sender's highest prepared certificate, below `view`; None if it has none."""
    prepared_digest: Bytes32 | None
    """None exactly when prepared_view is None."""
    sender: Name
    signature: Signature


class ViewChange(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=4
):
    """A head and, beside it, the certificate that it claims."""

    head: ViewChangeHead
    certificate: PreparedCertificate | None
    """Exactly for (height, prepared_view, prepared_digest) of the head; None if the head claims
    none."""


class Justification(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """J: why a PrePrepare of a view > 0 may propose what it proposes."""

    heads: Annotated[tuple[ViewChangeHead, ...], msgspec.Meta(max_length=VALIDATORS_MAX)]
    """q heads of distinct senders for (height, view), sorted by sender id."""
    certificate: PreparedCertificate | None
    """For the highest (prepared_view, prepared_digest) claimed in heads; None if all claim none."""


class PrePrepare(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=1
):
    """The primary's proposal. The signature covers (height, view, digest)."""

    height: Height
    view: View
    digest: Bytes32
    proposal: Proposal
    justification: Justification | None
    """None exactly in view 0."""
    bodies: Annotated[
        tuple[Annotated[bytes, msgspec.Meta(min_length=BODY_SIZE_BYTES_MIN)], ...],
        msgspec.Meta(max_length=BODIES_MAX),
    ]
    """Encoded transactions that the receiver is believed to lack; not signed, each checked by
    its wire id."""
    sender: Name
    signature: Signature


class PrePrepareHead(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=6
):
    """The signed part of a PrePrepare, as evidence keeps it."""

    height: Height
    view: View
    digest: Bytes32
    sender: Name
    signature: Signature


SignedPart = PrePrepareHead | Prepare | Commit | ViewChangeHead
"""Whatever one signature of a validator covers."""


class SeenStep(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Highest signature that the sender of a Status holds from the receiver's key (R12).

    The whole signed part travels, because a Commit's root and a ViewChange's claim are under
    the signature:
    the receiver verifies it with its own key, so that a liar cannot make it stop voting.
    """

    part: SignedPart
    """Signed by the receiver of the Status."""


class Status(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=7
):
    """Where a node stands. Not signed: the TLS link names its sender. On connect, each second."""

    height: Height
    """Height in progress (tip + 1)."""
    view: View
    phase: Annotated[str, msgspec.Meta(max_length=16)]
    tip_digest: Bytes32
    tip_certificate: CommitCertificate | None
    """Certificate of the tip; None at genesis."""
    peers_seen: Annotated[tuple[Name, ...], msgspec.Meta(max_length=VALIDATORS_MAX)]
    """Validators that it is connected to."""
    lost_primary: bool
    """Its connection to the primary of (height, view) is lost (R2)."""
    seen: SeenStep | None
    """About the receiver's key; None if nothing is held. The shell puts None for one that does
    not verify."""


class Evidence(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=8
):
    """Two signed messages that an honest validator never signs both (R11)."""

    accused: Name
    height: Height
    first: SignedPart
    second: SignedPart


ConsensusMessage = PrePrepare | Prepare | Commit | ViewChange
"""What travels signed between validators and goes through the sign guard."""
