"""What several namespaces share: context of a read, pages, certificates, receipts."""

from typing import Annotated, Generic, TypeVar

import msgspec

from tokens.events import LedgerEvent
from tokens.types import BlockHeight, Count, Hash, SignatureBytes

T = TypeVar("T")

PAGE_MAX = 100
"""Entries of one page."""

BlockTag = Annotated[
    int | str,
    msgspec.Meta(
        description="A height, a block hash, or one of earliest, latest, safe, finalized. "
        "The last three are the same: finality is immediate."
    ),
]
Cursor = Annotated[str | None, msgspec.Meta(description="What the last page gave as `next`.")]
Limit = Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX)]
TimestampMs = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class NoParams(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to say."""


class PageParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list."""

    cursor: Cursor = None
    limit: Limit = 50


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The decided block whose state was read."""

    chain_id: str
    height: BlockHeight
    block_hash: Hash
    """Digest of its header; the genesis digest at height 0."""
    state_root: Hash


class CommitSignature(msgspec.Struct, frozen=True, kw_only=True):
    """One validator's signature in a certificate."""

    validator: str
    public_key: Hash
    signature: SignatureBytes


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """Quorum of validators that signed a block and the result of executing it."""

    height: BlockHeight
    view: BlockHeight
    block_hash: Hash
    root: Hash
    """SHA-256("mohur/root/v1", state root, receipts root): what they signed besides the hash."""
    state_root: Hash
    receipts_root: Hash
    signatures: tuple[CommitSignature, ...]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A record, or its absence, against a certificate that validators signed."""

    kind: str
    """Name of the record kind."""
    key_hash: Hash
    record: bytes | None
    """Canonical bytes of the record; null proves that there is none."""
    path: bytes
    """Encoded inclusion or exclusion proof (docs/spec/ledger.md)."""
    certificate: Certificate | None
    """Null at genesis: the state root is then part of the genesis document."""


class StateRead(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Answer of every read of state."""

    context: Context
    value: T
    proof: Proof | None = None
    """Present when `prove` was asked."""


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Part of a list."""

    items: tuple[T, ...]
    next: str | None
    """Cursor of the next page, null at the end."""
    pinned_height: BlockHeight
    """Height at which the first page was read; compare with the context to see whether it moved."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a transaction. Final: there is no way back."""

    tx_id: Hash
    height: BlockHeight
    index: Count
    """Position in the block."""
    status: str
    """`success` or `failed`; a failed one changed nothing."""
    code: Count
    """0, or why it failed (docs/rpc.md, codes 1..199)."""
    symbol: str
    """Name of the code."""
    operation: int
    """Index of the operation that failed, -1 on success."""
    events: tuple[LedgerEvent, ...]
