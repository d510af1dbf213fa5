"""What the nodes of the in-memory cluster send each other besides consensus messages."""

import msgspec

from consensus.messages import ConsensusMessage, Evidence, Status
from consensus.types import Proposal
from tests.consensus import fakes


class BlockRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Shell message: send me the block of this digest."""

    digest: bytes


class BlockReply(msgspec.Struct, frozen=True, kw_only=True):
    """Shell message: the block."""

    digest: bytes
    proposal: Proposal


class BodyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Shell message: send me these bodies (one message for request and reply)."""

    wire_ids: tuple[bytes, ...]


class BodyReply(msgspec.Struct, frozen=True, kw_only=True):
    """Shell message: these bodies."""

    wire_ids: tuple[bytes, ...]


class DecidedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Shell message: stream decided blocks from this height on."""

    height: int


class DecidedReply(msgspec.Struct, frozen=True, kw_only=True):
    """Shell message: decided blocks."""

    blocks: tuple[fakes.StoredBlock, ...]


ShellMessage = BlockRequest | BlockReply | BodyRequest | BodyReply | DecidedRequest | DecidedReply
Packet = ConsensusMessage | Evidence | Status | ShellMessage

STREAM_BLOCKS_MAX = 50
"""Blocks in one DecidedReply."""
