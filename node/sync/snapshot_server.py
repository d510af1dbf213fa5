"""Holds snapshots of this node's state and gives parts of them to peers that ask.

Rules of this file:
1. A snapshot is taken at each multiple of the interval, so that all nodes hold the same ones.
2. Held are the newest HELD, and up to HELD_MAX while somebody reads an older one; none longer than
   HELD_MS: LevelDB keeps every old value as long as a view may ask for it.
3. Who has thrown blocks away always holds one: without a multiple, after a start or after HELD_MS,
   that of its tip. Else nobody could help a node that is needed for the next block, and without
   that block there is no next multiple.
4. All peers together are served BYTES_PER_S, at most 64 answers a second. What is asked for beyond
   waits; of each peer the newest request only.
"""

import asyncio
from collections.abc import Callable

from consensus.events import Now
from consensus.types import Tip
from node.chain import Chain
from node.sync.snapshot_source import SnapshotSource
from node.wire.peer_messages import PeerMessage, encode_message
from node.wire.snapshot_messages import (
    SnapshotGone,
    SnapshotName,
    SnapshotOffer,
    SnapshotQuery,
    SnapshotRequest,
)

HELD = 2
HELD_MAX = 4
HELD_MS = 6 * 3_600_000
READ_LATELY_MS = 60_000
"""A snapshot that was asked for within this time is being read."""
BYTES_PER_S = 8 * 1024 * 1024
"""Served to all peers together: about a tenth of a processor."""
ANSWER_COST_BYTES = 128 * 1024
"""An answer costs the budget so much more than it has bytes: empty chunks are read as well."""
MS_PER_S = 1_000


class Held:
    """One snapshot that is offered."""

    __slots__ = ("asked_ms", "source", "taken_ms")

    def __init__(self, source: SnapshotSource, now_ms: int) -> None:
        self.source = source
        self.taken_ms = now_ms
        self.asked_ms: int | None = None
        """Monotonic milliseconds of the last request for it."""


class SnapshotServer:
    """One a node. Call in the running loop."""

    def __init__(
        self,
        *,
        chain: Chain,
        send: Callable[[str, PeerMessage], object],
        clock: Callable[[], Now],
        interval: int,
    ) -> None:
        """`interval`: heights between two snapshots; 0 = none are taken."""
        self._chain = chain
        self._send = send
        self._clock = clock
        self._interval = interval
        self._held: dict[int, Held] = {}
        self._waiting: dict[str, SnapshotRequest] = {}
        """Peer -> its newest request; the peers take turns."""
        self._free_ms = 0
        """When the budget allows the next answer."""
        self._timer: asyncio.TimerHandle | None = None
        self.served_bytes = 0
        """Of all answers so far; for metrics."""
        self._hold_one()

    @property
    def heights(self) -> tuple[int, ...]:
        """Of the snapshots held, ascending."""
        return tuple(self._held)

    def on_block(self, tip: Tip) -> None:
        """A block is durable: maybe take a snapshot, maybe let an old one go."""
        if self._interval and tip.height and tip.height % self._interval == 0:
            self._hold(tip.height)
        self._let_go()
        self._hold_one()

    def close(self) -> None:
        """Let go of all snapshots."""
        for held in self._held.values():
            held.source.close()
        self._held.clear()
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- peers ------------------------------------------------------------------------------------

    def on_query(self, peer: str, query: SnapshotQuery) -> None:
        """Say what is kept here."""
        self._send(peer, self.offer(query.height))

    def offer(self, height: int = 0) -> SnapshotOffer:
        """What is kept here, and the digest of a block if it is known."""
        blocks = self._chain.blocks
        row = blocks.row(height) if height else None
        return SnapshotOffer(
            oldest=blocks.floor.blocks,
            tip=self._chain.tip.height,
            snapshots=tuple(held.source.name for held in self._held.values()),
            asked=None if row is None else SnapshotName(height=height, digest=row.digest),
        )

    def on_request(self, peer: str, request: SnapshotRequest) -> None:
        """Answer when the budget allows."""
        self._waiting.pop(peer, None)
        self._waiting[peer] = request
        self._pump()

    # --- inside -----------------------------------------------------------------------------------

    def _pump(self) -> None:
        now_ms = self._clock().mono_ms
        while self._waiting and now_ms >= self._free_ms:
            peer = next(iter(self._waiting))
            answer = self._answer(self._waiting.pop(peer), now_ms)
            self._send(peer, answer)
            size_bytes = len(encode_message(answer))
            self.served_bytes += size_bytes
            cost_bytes = size_bytes + ANSWER_COST_BYTES
            self._free_ms = max(now_ms, self._free_ms) + cost_bytes * MS_PER_S // BYTES_PER_S
        if self._waiting and self._timer is None:
            delay_ms = self._free_ms - now_ms + 1
            self._timer = asyncio.get_running_loop().call_later(delay_ms * 0.001, self._again)

    def _again(self) -> None:
        self._timer = None
        self._pump()

    def _answer(self, request: SnapshotRequest, now_ms: int) -> PeerMessage:
        held = self._held.get(request.height)
        if held is None:
            return SnapshotGone(height=request.height)
        held.asked_ms = now_ms
        return held.source.part(request)

    def _hold_one(self) -> None:
        """Rule 3; and a tip that is a multiple, which was held before a restart."""
        height = self._chain.tip.height
        has_pruned = self._chain.blocks.floor.blocks > 1
        if self._interval and not self._held and (has_pruned or height % self._interval == 0):
            self._hold(height)

    def _hold(self, height: int) -> None:
        """Take that of the tip."""
        row = self._chain.blocks.row(height) if height else None
        if row is not None and height not in self._held:
            self._held[height] = Held(SnapshotSource(self._chain, row), self._clock().mono_ms)

    def _let_go(self) -> None:
        now_ms = self._clock().mono_ms
        for height, held in list(self._held.items()):
            asked = held.asked_ms
            is_read = asked is not None and now_ms - asked < READ_LATELY_MS
            is_old = now_ms - held.taken_ms >= HELD_MS
            most = HELD_MAX if is_read else HELD
            if is_old or len([each for each in self._held if each >= height]) > most:
                held.source.close()
                del self._held[height]
