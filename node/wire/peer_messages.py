"""Everything that travels between two nodes, as one union of tagged arrays.

Rules of this file:
1. Tags 1-8 are in consensus/messages.py. 20-29 move blocks and bodies, 30-39 belong to the link
   itself, 40-49 move snapshots (snapshot_messages.py). A tag is never reused.
2. Nothing here is signed. What is worth trusting inside (bodies, certificates) is checked by its
   own hash or signature; who sent it is known from the TLS key of the link.
3. Every list has a length limit here, and a frame has one in framing.py: a liar cannot make a node
   keep more than those.
"""

from typing import Annotated

import msgspec

from consensus.messages import (
    BODY_SIZE_BYTES_MIN,
    Commit,
    Evidence,
    Prepare,
    PrePrepare,
    Status,
    ViewChange,
)
from consensus.types import Bytes32, CommitCertificate, Height, Name, Proposal
from node.wire.snapshot_messages import SnapshotMessage
from tokens.transaction import TRANSACTION_SIZE_BYTES_MAX

PROTOCOL = 1
"""Version of the peer protocol. Nodes of different versions refuse each other at Hello."""
BODIES_MAX = 4_096
"""Transactions in one message."""
WIRE_IDS_MAX = 16_384
"""Ids in one proposal: the upper end of what genesis may allow for a block."""
SYNC_BLOCKS_MAX = 64
"""Blocks in one window of block sync."""

Body = Annotated[
    bytes,
    msgspec.Meta(min_length=BODY_SIZE_BYTES_MIN, max_length=TRANSACTION_SIZE_BYTES_MAX),
]
"""The signed bytes of one transaction."""
Bodies = Annotated[tuple[Body, ...], msgspec.Meta(max_length=BODIES_MAX)]
BlockBodies = Annotated[tuple[Body, ...], msgspec.Meta(max_length=WIRE_IDS_MAX)]


class TxBatch(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=20
):
    """Transactions that the sender has verified and admitted.

    Not passed on by the receiver (R9 aside).
    """

    bodies: Bodies
    """In the order in which the sender admitted them."""


class BlockRequest(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=21
):
    """Asks a sender of a Prepare, Commit or ViewChange for the proposal of that digest."""

    height: Height
    digest: Bytes32


class BlockReply(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=22
):
    """Answer to BlockRequest."""

    digest: Bytes32
    proposal: Proposal | None
    """None: the sender does not hold it."""


class BodyRequest(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=23
):
    """Asks for bodies of a proposal that the receiver has vouched for or sent."""

    wire_ids: Annotated[tuple[Bytes32, ...], msgspec.Meta(min_length=1, max_length=BODIES_MAX)]


class BodyReply(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=24
):
    """Those asked-for bodies that the sender holds, maybe in several replies.

    Each known by its wire id.
    """

    bodies: Bodies


class SyncRequest(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=25
):
    """Asks for decided blocks from a height on."""

    from_height: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    count: Annotated[int, msgspec.Meta(ge=1, le=SYNC_BLOCKS_MAX)]


class DecidedBlock(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A decided block with all that is needed to check and apply it (Decided of page 03)."""

    proposal: Proposal
    certificate: CommitCertificate
    """Of this very block."""
    bodies: BlockBodies
    """In the order of the wire ids."""


class SyncReply(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=26
):
    """Consecutive blocks from the height asked for.

    Fewer than asked when a frame is full; maybe none.
    """

    blocks: Annotated[tuple[DecidedBlock, ...], msgspec.Meta(max_length=SYNC_BLOCKS_MAX)]


class Hello(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=30
):
    """First frame in each direction, exactly once."""

    protocol: Annotated[int, msgspec.Meta(ge=1, le=65_535)]
    """PROTOCOL of the sender."""
    chain_id: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    genesis_digest: Bytes32
    node_id: Name
    """Must be the name that the TLS key belongs to."""
    instance: Annotated[bytes, msgspec.Meta(min_length=8, max_length=8)]
    """Random for each start of a process: tells a restart from a second link of the same run."""
    software: Annotated[str, msgspec.Meta(max_length=64)]
    """For operators, e.g. "mohur 0.1.0"; decides nothing."""
    height: Height
    """Of the sender's newest decided block."""


class Ping(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=31
):
    """I am alive. Sent when nothing else was; not answered."""


PeerMessage = (
    PrePrepare
    | Prepare
    | Commit
    | ViewChange
    | Status
    | Evidence
    | TxBatch
    | BlockRequest
    | BlockReply
    | BodyRequest
    | BodyReply
    | SyncRequest
    | SyncReply
    | Hello
    | Ping
    | SnapshotMessage
)
"""All that a frame may hold."""


class BadMessage(Exception):
    """A frame holds no peer message.

    The text names a field path or a limit, never received bytes.
    """


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[PeerMessage] = msgspec.msgpack.Decoder(PeerMessage)


def encode_message(message: PeerMessage) -> bytes:
    """The payload of a frame."""
    return _encoder.encode(message)


def decode_message(payload: bytes | memoryview) -> PeerMessage:
    """The message of a frame's payload. Raises BadMessage and nothing else.

    The encoding need not be canonical: nothing hashes a received container (hashing.py, rule 2).
    """
    try:
        message = _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError) as error:
        raise BadMessage(str(error)) from None
    proposal = proposal_in(message)
    if proposal is not None and len(proposal.wire_ids) > WIRE_IDS_MAX:
        raise BadMessage(f"a proposal has at most {WIRE_IDS_MAX} wire ids")
    if isinstance(message, PrePrepare):
        check_bodies(message)
    return message


def check_bodies(message: PrePrepare) -> None:
    """Limits on the bodies sent along, which consensus/messages.py leaves to the wire.

    Raises BadMessage.
    """
    if len(message.bodies) > len(message.proposal.wire_ids):
        raise BadMessage("a PrePrepare has more bodies than wire ids")
    if any(not 0 < len(body) <= TRANSACTION_SIZE_BYTES_MAX for body in message.bodies):
        raise BadMessage(f"a body has 1..{TRANSACTION_SIZE_BYTES_MAX} bytes")


def proposal_in(message: PeerMessage) -> Proposal | None:
    """The proposal that a message carries, if it carries one."""
    match message:
        case PrePrepare(proposal=proposal) | BlockReply(proposal=proposal):
            return proposal
        case _:
            return None
