"""The nouns of consensus: validators, headers, certificates.

Rules of this file:
1. Everything here is a frozen value. Nothing here decides anything.
2. Digests and signatures are opaque bytes: hashing and signing live in the shell (node/wire), so
   that a simulator can run the same core with fake ones.
3. Field order is the wire order (docs/spec/wire.md). A changed field is a WIRE-BREAKING change.
"""

from collections.abc import Iterator
from typing import Annotated, Generic, NewType, TypeVar

import msgspec

Digest = NewType("Digest", bytes)
"""32 bytes of SHA-256."""

ValidatorId = NewType("ValidatorId", str)
"""Short stable name of a validator, 1..32 characters of [a-z0-9-]; survives key rotation."""

Bytes16 = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Bytes32 = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Bytes64 = Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern="^[a-z0-9-]+\\Z")]
Height = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
View = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
TimestampMs = Annotated[int, msgspec.Meta(ge=0, le=2**62)]

VALIDATORS_MAX = 31
"""Largest validator set (design page 03)."""

NO_DIGEST = Digest(bytes(32))
"""Stands where there is no block: the parent of height 1 has the genesis digest instead."""


class Validator(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A member of the validator set, as the ledger records it."""

    id: Name
    """Stable name, unique in the set."""
    public_key: Bytes32
    """Ed25519 key that signs consensus messages."""
    network_key: Bytes32
    """Ed25519 key of its TLS certificate (never used for consensus messages)."""
    operator: Bytes16
    """Address of the participant that runs it; at most floor((n-1)/3) validators each."""


class ValidatorSet:
    """The ordered set of one height. Order is by id, so an index means the same everywhere."""

    __slots__ = ("_index", "members")

    def __init__(self, members: tuple[Validator, ...]) -> None:
        ordered = tuple(sorted(members, key=lambda member: member.id))
        self.members: tuple[Validator, ...] = ordered
        self._index: dict[str, int] = {member.id: i for i, member in enumerate(ordered)}
        if len(self._index) != len(ordered):
            raise ValueError("a validator id appears twice")

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Validator]:
        return iter(self.members)

    def __contains__(self, validator: object) -> bool:
        return validator in self._index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ValidatorSet) and self.members == other.members

    __hash__ = None  # type: ignore[assignment]

    def ids(self) -> tuple[ValidatorId, ...]:
        """All ids in index order."""
        return tuple(ValidatorId(member.id) for member in self.members)

    def index_of(self, validator: str) -> int | None:
        """Index in certificate order, or None for a stranger."""
        return self._index.get(validator)

    def get(self, validator: str) -> Validator | None:
        """The member of that id, or None for a stranger."""
        index = self._index.get(validator)
        return None if index is None else self.members[index]


class CommitSignature(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One Commit inside a certificate."""

    index: Annotated[int, msgspec.Meta(ge=0, lt=VALIDATORS_MAX)]
    """Validator index in the set of the certificate's height."""
    signature: Bytes64
    """The Commit's own signature."""


class CommitCertificate(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Quorum of Commits equal in (height, view, digest, root) (R5)."""

    height: Height
    view: View
    digest: Bytes32
    """Digest of the decided header."""
    root: Bytes32
    """SHA-256(domain, state root, receipts root) after executing the block."""
    signatures: Annotated[tuple[CommitSignature, ...], msgspec.Meta(max_length=VALIDATORS_MAX)]
    """q to n of them, strictly ascending by index."""


class Header(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What a block digest covers. Not the current view: a re-proposal is the same bytes."""

    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    """Protocol version in force at this height."""
    chain_id: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    height: Height
    parent: Bytes32
    """Digest of the header of height - 1 (genesis digest at height 1)."""
    parent_state_root: Bytes32
    """State root after height - 1."""
    timestamp_ms: TimestampMs
    """Milliseconds since the epoch, UTC; above the parent's (R3)."""
    proposer: Name
    """Primary that built the block first."""
    origin_view: View
    """View of the first proposal."""
    failed: Annotated[tuple[Name, ...], msgspec.Meta(max_length=VALIDATORS_MAX)]
    """Primaries that failed before this block, each once (page 03, Who proposes)."""
    tx_root: Bytes32
    """Merkle root over the wire ids in order."""
    parent_certificate: Bytes32
    """Digest of the parent's commit certificate in the body (32 zero bytes at height 1)."""
    validators_hash: Bytes32
    """Hash of the validator set of this height."""
    next_validators_hash: Bytes32
    """Hash of the validator set of height + 1."""


class Proposal(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A block as it is proposed: header and body. Every byte of the body is under the header."""

    header: Header
    wire_ids: tuple[Bytes32, ...]
    """Ordered wire ids of its transactions."""
    parent_certificate: CommitCertificate | None
    """None only at height 1."""


class Tip(msgspec.Struct, frozen=True, kw_only=True):
    """A decided and durable block and what the next height needs to know of it. Not a wire form."""

    height: int
    """0 = genesis."""
    digest: bytes
    """Digest of its header; the genesis digest at height 0."""
    header: Header | None
    """None at genesis."""
    certificate: CommitCertificate | None
    """None at genesis."""
    timestamp_ms: int
    """Of its header, or of the genesis document."""
    state_root: bytes
    """State root after it (= parent_state_root of the next header)."""
    validators: ValidatorSet
    """Set of height + 1."""
    previous_validators: ValidatorSet
    """Set of height: it signed `certificate`, and `failed` names its primaries. At genesis =
    validators."""
    validators_hash: bytes
    """Hash of that set."""
    next_validators_hash: bytes
    """Hash of the set of height + 2."""
    protocol_version: int
    """In force at height + 1."""
    block_transactions_max: int
    """Most wire ids in the block of height + 1 (R3): a governed number, so of a height and never
    of a process."""


M = TypeVar("M")


class Verified(msgspec.Struct, Generic[M], frozen=True):
    """A message with checked signatures, digests, roots. Built only in node/wire/verify.py."""

    message: M
