"""What this node answers peers that lack a block, bodies, or many blocks.

Answers are bounded: one reply a request, at most REPLY_BYTES_MAX; bodies BODY_REPLIES_MAX such.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

from consensus.types import Proposal
from node.driver_needs import Outbox
from node.wire.peer_messages import (
    BlockReply,
    BlockRequest,
    BodyReply,
    BodyRequest,
    DecidedBlock,
    SyncReply,
    SyncRequest,
)
from node.wire.snapshot_messages import SnapshotOffer

REPLY_BYTES_MAX = 2 * 1024 * 1024
"""Of a reply with blocks or bodies; one that is larger alone is sent alone."""
BODY_REPLIES_MAX = 5
"""Replies to one BodyRequest: a block of the default 8 MiB. More is asked for again."""


class Answers(Protocol):
    """What this node can answer peers from."""

    def tip_height(self) -> int:
        """Height of the newest durable block."""

    def proposal(self, height: int, digest: bytes) -> Proposal | None:
        """A block of the open height, or a decided one."""

    def decided(self, height: int) -> DecidedBlock | None:
        """A decided block with its bodies."""

    def body(self, wire_id: bytes) -> bytes | None:
        """A transaction of the pool or of an open block."""


class Answering:
    """Answers requests of peers, and counts what that costs."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        answers: Answers,
        offer: Callable[[], SnapshotOffer],
        on_waste: Callable[[str, float], None],
        cpu_seconds: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._answers = answers
        self._offer = offer
        """What is kept here."""
        self._on_waste = on_waste
        """(peer, CPU seconds): its questions have cost so much."""
        self._cpu_seconds = cpu_seconds

    def answer(self, peer: str, request: BlockRequest | BodyRequest | SyncRequest) -> None:
        """An answer helps the asker only: what it costs is counted against the asker."""
        began = self._cpu_seconds()
        match request:
            case BlockRequest(height=height, digest=digest):
                proposal = self._answers.proposal(height, digest)
                self._outbox.send(peer, BlockReply(digest=digest, proposal=proposal))
            case BodyRequest(wire_ids=wire_ids):
                self._serve_bodies(peer, wire_ids)
            case SyncRequest():
                self._serve_sync(peer, request)
        self._on_waste(peer, self._cpu_seconds() - began)

    def _serve_bodies(self, peer: str, wire_ids: tuple[bytes, ...]) -> None:
        distinct = dict.fromkeys(wire_ids)
        held = [body for body in map(self._answers.body, distinct) if body is not None]
        for part in islice(parts(held, REPLY_BYTES_MAX), BODY_REPLIES_MAX):
            self._outbox.send(peer, BodyReply(bodies=part))

    def _serve_sync(self, peer: str, request: SyncRequest) -> None:
        offer = self._offer()
        if request.from_height < offer.oldest:
            self._outbox.send(peer, offer)
            return
        blocks: list[DecidedBlock] = []
        size_bytes = 0
        last = min(request.from_height + request.count - 1, self._answers.tip_height())
        for height in range(request.from_height, last + 1):
            block = self._answers.decided(height)
            if block is None:
                break
            size_bytes += sum(len(body) for body in block.bodies)
            if blocks and size_bytes > REPLY_BYTES_MAX:
                break
            blocks.append(block)
        self._outbox.send(peer, SyncReply(blocks=tuple(blocks)))


def parts(bodies: list[bytes], size_bytes_max: int) -> Iterator[tuple[bytes, ...]]:
    """Cut a list into pieces of bounded size; one body at least."""
    part: list[bytes] = []
    size_bytes = 0
    for body in bodies:
        if part and size_bytes + len(body) > size_bytes_max:
            yield tuple(part)
            part, size_bytes = [], 0
        part.append(body)
        size_bytes += len(body)
    if part:
        yield tuple(part)
