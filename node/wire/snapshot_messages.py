"""What travels when a node takes over a snapshot of the state (docs/adr/0011-snapshots.md).

Rules of this file:
1. Tags 40-49. A tag is never reused. The same bytes stand in a snapshot file, one message a piece.
2. Nothing here is signed. Every field that a receiver uses is under a commit certificate, under a
   hash that is, or compared with what other validators say (node/sync/snapshot_check.py).
3. Every list has a limit here, and a frame has one in framing.py.
"""

from enum import IntEnum
from typing import Annotated

import msgspec

from consensus.types import (
    VALIDATORS_MAX,
    Bytes32,
    CommitCertificate,
    Header,
    Height,
    Validator,
)

SNAPSHOT_VERSION = 1
"""Of the manifest and the file."""
OFFERS_MAX = 8
"""Snapshots that one peer can offer."""
CHUNK_LEVEL_BITS_MAX = 16
"""At most 2^16 chunks: their hashes are 2 MiB of the manifest."""
RECORDS_MAX = 65_536
"""Records in one chunk of one message. About 1,000 at the planned size; what is larger than this or
than a frame comes in pieces."""
CHUNKS_MAX = 256
"""Chunks in one message."""
LINKS_MAX = 256
"""Changes of the validator set in one message."""
HEADERS_MAX = 1_024
"""Headers in one message."""
LISTS_MAX = 256
"""Heights whose client references are in one message."""
VALUE_BYTES_MAX = 1024 * 1024
"""Stored bytes of one record."""
LIST_BYTES_MAX = 1024 * 1024
"""Stored client references of one block: 16,384 of them are 606 KiB."""


class Part(IntEnum):
    """What can be asked of a snapshot."""

    MANIFEST = 0
    LINKS = 1
    """`first` = lowest height of a link."""
    HEADERS = 2
    """`first` = highest height; they go downwards."""
    STATE = 3
    """`first` = number of a chunk."""
    REFERENCES = 4
    """`first` = lowest height."""


class SnapshotQuery(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=40
):
    """Asks what a peer keeps."""

    height: Height
    """A block whose digest is wanted too; 0 = none."""


class SnapshotName(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One snapshot: the state after a block."""

    height: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    digest: Bytes32
    """Of the block of that height."""


class SnapshotOffer(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=41
):
    """Answer to SnapshotQuery, and to a SyncRequest below what the sender keeps."""

    oldest: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    """Lowest height of which the sender can give the block; above its tip if it has none yet."""
    tip: Height
    """Of its newest decided block."""
    snapshots: Annotated[tuple[SnapshotName, ...], msgspec.Meta(max_length=OFFERS_MAX)]
    """Ascending by height."""
    asked: SnapshotName | None
    """The block that was asked about, if the sender knows it."""


class SnapshotRequest(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=42
):
    """Asks for a part of a snapshot."""

    height: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    """Of the snapshot."""
    part: Part
    first: Annotated[int, msgspec.Meta(ge=0, le=2**62)]
    """Where to begin; its meaning depends on the part. 0 for the manifest."""
    count: Annotated[int, msgspec.Meta(ge=1, le=HEADERS_MAX)]
    """Most pieces wanted; an answer may have fewer."""
    after: Annotated[bytes, msgspec.Meta(max_length=32)] = b""
    """Of a chunk that came in pieces: key hash of the last record that is here; else empty."""


class SnapshotManifest(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=43
):
    """What a snapshot is of, and the hashes that its chunks are checked against."""

    version: Annotated[int, msgspec.Meta(ge=1, le=255)]
    genesis_digest: Bytes32
    header: Header
    """Of the block after which the state was taken."""
    certificate: CommitCertificate
    """Of that block; its root = H(state root, receipts root)."""
    state_root: Bytes32
    receipts_root: Bytes32
    depth_bits: Annotated[int, msgspec.Meta(ge=1, le=28)]
    """d of genesis, under the state root."""
    nodes: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32 << CHUNK_LEVEL_BITS_MAX)]
    """Hashes of the level of the state tree that has one node a chunk, 32 bytes each."""


class SetLink(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A change of the validator set: the last block of the old one, and the new one."""

    header: Header
    certificate: CommitCertificate
    members: Annotated[tuple[Validator, ...], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)]
    """The set of header.height + 1, ascending by id."""


class SnapshotLinks(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=44
):
    """Consecutive changes of the set, from the height asked for up to the snapshot's."""

    height: Height
    first: Height
    links: Annotated[tuple[SetLink, ...], msgspec.Meta(max_length=LINKS_MAX)]
    """Fewer than LINKS_MAX: there are no more."""


class SnapshotHeaders(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=45
):
    """Headers below the snapshot's block, downwards: each is named by the one before it."""

    height: Height
    first: Height
    headers: Annotated[tuple[Header, ...], msgspec.Meta(min_length=1, max_length=HEADERS_MAX)]


Record = tuple[Bytes32, Annotated[bytes, msgspec.Meta(min_length=1, max_length=VALUE_BYTES_MAX)]]
"""(key hash, kind tag byte + canonical record)."""
Chunk = Annotated[tuple[Record, ...], msgspec.Meta(max_length=RECORDS_MAX)]
"""The records of one range of buckets, ascending by key hash."""


class SnapshotState(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=46
):
    """Consecutive chunks; fewer than asked when the answer is full, at least one."""

    height: Height
    first: Annotated[int, msgspec.Meta(ge=0, lt=1 << CHUNK_LEVEL_BITS_MAX)]
    chunks: Annotated[tuple[Chunk, ...], msgspec.Meta(min_length=1, max_length=CHUNKS_MAX)]


class SnapshotPiece(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=49
):
    """Consecutive records of a chunk that is too large for one message."""

    height: Height
    first: Annotated[int, msgspec.Meta(ge=0, lt=1 << CHUNK_LEVEL_BITS_MAX)]
    """Number of the chunk."""
    after: Annotated[bytes, msgspec.Meta(max_length=32)]
    """Key hash of the record before these; empty: they are the first ones."""
    records: Annotated[tuple[Record, ...], msgspec.Meta(min_length=1, max_length=RECORDS_MAX)]
    is_last: bool
    """No record of the chunk follows."""


class SnapshotReferences(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=47
):
    """The exactly-once window: client references of consecutive blocks, as they are stored."""

    height: Height
    first: Height
    lists: Annotated[
        tuple[Annotated[bytes, msgspec.Meta(min_length=1, max_length=LIST_BYTES_MAX)], ...],
        msgspec.Meta(min_length=1, max_length=LISTS_MAX),
    ]


class SnapshotGone(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=48
):
    """The sender does not hold that snapshot (any more), or not that part of it."""

    height: Height


SnapshotPart = (
    SnapshotManifest
    | SnapshotLinks
    | SnapshotHeaders
    | SnapshotState
    | SnapshotPiece
    | SnapshotReferences
)
"""What a snapshot consists of, on the wire and in a file."""
SnapshotMessage = SnapshotQuery | SnapshotOffer | SnapshotRequest | SnapshotPart | SnapshotGone
