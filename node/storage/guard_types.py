"""What the sign guard holds and how it refuses (rule R12 of the consensus specification)."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum

import msgspec

from consensus.messages import Step
from node.storage.kv import StorageFailed


class AttachmentKind(IntEnum):
    """What must be durable no later than a signature. Numbers are on disk: never reuse."""

    PROPOSAL = 0
    """Block and bodies, before the Prepare (R3); the first under a digest stays."""
    CERTIFICATE = 1
    """A prepared certificate, before the Commit (R4); each distinct one is kept, because one block
    may be prepared in several views and the highest counts."""


class GuardState(Enum):
    """What was found on the disk for this key."""

    FRESH = "fresh"
    """Sound, and this key has never signed through it."""
    CURRENT = "current"
    """Sound, with signatures."""
    MISSING = "missing"
    """No guard in the folder."""
    DAMAGED = "damaged"
    """Bytes changed after they were durable."""
    FOREIGN = "foreign"
    """Only guards of other keys, or this key's file holds another key."""


class GuardRecord(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One own signed message, as it left or may have left the node."""

    height: int
    """1 .. 2^63 - 1."""
    view: int
    """0 .. 2^63 - 1; of a ViewChange the view it asks for."""
    step: Step
    """Which message."""
    digest: bytes
    """Block digest, 32 bytes; of a ViewChange the prepared digest it claims, empty for none."""
    root: bytes
    """Root after executing the block, 32 bytes; of a Commit only, else empty."""
    signing_bytes: bytes
    """SHA-256 that the signature covers, 32 bytes (03, Messages)."""
    signature: bytes
    """Ed25519, 64 bytes."""
    message: bytes
    """The encoded signed message, sent again byte by byte (R9)."""


class Attachment(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Bytes kept beside the records of a height."""

    kind: AttachmentKind
    """What it is."""
    key: bytes
    """Digest of the block, 32 bytes."""
    value: bytes
    """The caller's encoding."""


class RefusalReason(StrEnum):
    """Why something is not signed."""

    UNUSABLE = "unusable"
    """The guard is missing or of another key: the node is an observer."""
    HEIGHT_PASSED = "height_passed"
    """A lower height than the open one."""
    ORDER_PASSED = "order_passed"
    """A later (view, step) of this height was signed already."""
    CONFLICT = "conflict"
    """Other bytes were signed for this (height, view, step): it would be equivocation (R11)."""
    FORGETS_COMMIT = "forgets_commit"
    """A ViewChange that claims no prepared block after a Commit of this height: evidence (R11)."""


class Refused(Exception):
    """Not signed, nothing written. The core is told; it is no failure of the node."""

    def __init__(self, reason: RefusalReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        """Stable code."""


class RootConflict(Exception):
    """This block executed to another root than before: stop voting and report (R12).

    Either execution is not deterministic or the state was lost; more signatures would help nobody.
    """

    def __init__(self, height: int, digest: bytes, signed: bytes, asked: bytes) -> None:
        super().__init__(
            f"block {digest.hex()} of height {height} was committed with root {signed.hex()} and "
            f"now has root {asked.hex()}; this node stops voting. Compare its state with the peers"
        )
        self.height = height
        """Height of the block."""
        self.digest = digest
        """Digest of the block."""
        self.signed = signed
        """Root under the earlier Commit."""
        self.asked = asked
        """Root that was to be signed now."""


class GuardDamaged(Exception):
    """The guard's bytes changed after they were durable: it is stale (R12)."""

    state = GuardState.DAMAGED


class GuardExists(Exception):
    """A guard of this key is there already; making a new one would forget what it signed."""


class GuardFailed(StorageFailed):
    """A write or sync of the guard failed. The process ends: what is durable is no longer known."""
