"""What waits for a peer that reads slowly: bounded in bytes, the newest vote first to stay (R10).

Rules of this file:
1. Two lanes: `urgent` (votes, proposals, status, requests) leaves before `bulk` (bodies, blocks).
2. A message with a key supersedes the waiting one of the same key. A Status replaces it at once; a
   vote replaces it only when room is needed, because the peer may still be at the older height.
3. When full: superseded ones go first, then the oldest bulk; then the new message is refused. R9
   sends what matters again.
"""

from collections import Counter, OrderedDict
from enum import IntEnum
from typing import NamedTuple, get_args

from consensus.messages import Commit, Evidence, Prepare, PrePrepare, Status, ViewChange
from node.wire.framing import frame
from node.wire.peer_messages import (
    BlockReply,
    BodyReply,
    PeerMessage,
    SyncReply,
    TxBatch,
    encode_message,
)
from node.wire.snapshot_messages import SnapshotPart


class Lane(IntEnum):
    """Order of leaving."""

    URGENT = 0
    BULK = 1


class Outgoing(NamedTuple):
    """A message ready to be written; encoded once, whoever gets it."""

    data: bytes
    """The whole frame."""
    lane: Lane
    key: tuple[str, str] | None
    """(kind, sender) of what may be superseded by a newer one."""
    replace_at_once: bool


_BULK = frozenset({TxBatch, BlockReply, BodyReply, SyncReply, *get_args(SnapshotPart)})


def outgoing(message: PeerMessage) -> Outgoing:
    """Encode and classify. FrameTooLarge if it does not fit into a frame."""
    data = frame(encode_message(message))
    if type(message) in _BULK:
        return Outgoing(data, Lane.BULK, None, replace_at_once=False)
    return Outgoing(data, Lane.URGENT, _key_of(message), isinstance(message, Status))


def _key_of(message: PeerMessage) -> tuple[str, str] | None:
    match message:
        case Status():
            return ("Status", "")
        case Prepare() | Commit() | PrePrepare():
            return (type(message).__name__, message.sender)
        case ViewChange():
            return ("ViewChange", message.head.sender)
        case Evidence():
            return ("Evidence", message.accused)
        case _:
            return None


class SendQueue:
    """Waiting messages of one link."""

    __slots__ = (
        "_lanes",
        "_latest",
        "_limit_bytes",
        "_serial",
        "_superseded",
        "dropped",
        "size_bytes",
    )

    def __init__(self, *, limit_bytes: int, dropped: Counter[str]) -> None:
        self._lanes: tuple[OrderedDict[int, Outgoing], ...] = (OrderedDict(), OrderedDict())
        self._latest: dict[tuple[str, str], int] = {}
        self._superseded: OrderedDict[int, None] = OrderedDict()
        self._serial = 0
        self._limit_bytes = limit_bytes
        self.dropped = dropped
        """Shared counter by reason: send_superseded, send_bulk_evicted, send_refused."""
        self.size_bytes = 0

    def __bool__(self) -> bool:
        return self.size_bytes > 0

    def put(self, message: Outgoing) -> bool:
        """Queue it; False if there was no room."""
        if message.key is not None:
            older = self._latest.get(message.key)
            if older is not None:
                self._superseded[older] = None
                if message.replace_at_once:
                    self._drop(Lane.URGENT, older, "send_superseded")
        if not self._make_room(len(message.data)):
            self.dropped["send_refused"] += 1
            return False
        self._serial += 1
        self._lanes[message.lane][self._serial] = message
        self.size_bytes += len(message.data)
        if message.key is not None:
            self._latest[message.key] = self._serial
        return True

    def pop(self) -> bytes | None:
        """The next frame to write, or None."""
        for lane in self._lanes:
            if lane:
                serial = next(iter(lane))
                return self._take(lane, serial).data
        return None

    def _make_room(self, size_bytes: int) -> bool:
        while self.size_bytes + size_bytes > self._limit_bytes:
            if self._superseded:
                self._drop(Lane.URGENT, next(iter(self._superseded)), "send_superseded")
            elif bulk := self._lanes[Lane.BULK]:
                self._drop(Lane.BULK, next(iter(bulk)), "send_bulk_evicted")
            else:
                return False
        return True

    def _drop(self, lane: Lane, serial: int, reason: str) -> None:
        self._take(self._lanes[lane], serial)
        self.dropped[reason] += 1

    def _take(self, lane: OrderedDict[int, Outgoing], serial: int) -> Outgoing:
        message = lane.pop(serial)
        self.size_bytes -= len(message.data)
        self._superseded.pop(serial, None)
        if message.key is not None and self._latest.get(message.key) == serial:
            del self._latest[message.key]
        return message
