"""Spreads transactions: once to all validators, and again when they stay open.

Rules of this file:
1. A node broadcasts what its own clients sent. What came from a peer is not passed on: the peer has
   sent it to all (full mesh). Whoever holds a transaction for long sends it again (R9), its origin
   first.
2. A batch leaves at once when the last one left BATCH_WINDOW_MS ago or more; else with the window's
   end, or when BATCH_SIZE_BYTES are together. The primary flushes before it proposes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from node.mempool import Includable, Mempool
from node.wire.peer_messages import BODIES_MAX, PeerMessage, TxBatch
from tokens.results import Code
from tokens.transaction import DecodedTransaction

BATCH_WINDOW_MS = 2
"""Longest wait of a transaction for company."""
BATCH_SIZE_BYTES = 64 * 1024
"""A batch of this size waits no longer."""
RESEND_AFTER_MS_MAX = 4_000
"""Upper end of the doubling pause between retransmissions (R9)."""
RESEND_SIZE_BYTES = 256 * 1024
"""Bound of one turn of retransmission."""
RELAY_PATIENCE = 4
"""What came from a peer is sent again only after this many T0: its origin does so sooner."""


class Gossip:
    """Dissemination of one node's pool."""

    def __init__(
        self,
        *,
        pool: Mempool,
        broadcast: Callable[[PeerMessage], object],
        call_later: Callable[[float, Callable[[], None]], asyncio.TimerHandle] | None = None,
    ) -> None:
        self._pool = pool
        self._broadcast = broadcast
        self._call_later = call_later or asyncio.get_running_loop().call_later
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._window: asyncio.TimerHandle | None = None
        self.counters: Counter[str] = Counter()
        """batches, transactions, resent."""

    def add(self, transaction: DecodedTransaction) -> None:
        """Broadcast a transaction that a client of this node sent."""
        self._waiting.append(transaction.data)
        self._waiting_bytes += len(transaction.data)
        full = self._waiting_bytes >= BATCH_SIZE_BYTES or len(self._waiting) >= BODIES_MAX
        if self._window is None or full:
            self.flush()

    def flush(self) -> None:
        """Send what waits now; opens the window in which the next ones gather."""
        if not self._waiting:
            return
        self._broadcast(TxBatch(bodies=tuple(self._waiting)))
        self.counters["batches"] += 1
        self.counters["transactions"] += len(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        if self._window is None:
            self._window = self._call_later(BATCH_WINDOW_MS * 0.001, self._window_over)

    def _window_over(self) -> None:
        self._window = None
        self.flush()

    def close(self) -> None:
        """No further timer."""
        if self._window is not None:
            self._window.cancel()
            self._window = None

    def resend(
        self, now_ms: int, timeout_ms: int, includable: Includable, *, is_crowded: bool = False
    ) -> int:
        """R9: send again, to all, what could enter a block now and waits for longer than its pause.

        `is_crowded`: the newest block had no room. What waits then waits for its turn and is not
        lost; to send all of it again would make the crowd worse, so nothing is sent.

        Call it every T0 (`timeout_ms`) or so, with monotonic time. The pause is T0, then doubles up
        to 4 s. At most 256 KiB leave in one call, the oldest first; returns how many did.
        """
        if is_crowded:
            return 0
        due: list[bytes] = []
        size_bytes = 0
        for entry in self._pool.entries():
            if entry.resend_after_ms == 0:
                entry.resend_after_ms = timeout_ms if entry.own else RELAY_PATIENCE * timeout_ms
                entry.resend_at_ms = now_ms + entry.resend_after_ms
            if entry.resend_at_ms > now_ms or self._pool.is_failing(entry.transaction):
                continue
            if size_bytes + entry.size_bytes > RESEND_SIZE_BYTES or len(due) >= BODIES_MAX:
                break
            if includable(entry.transaction) in (None, Code.OK):
                due.append(entry.transaction.data)
                size_bytes += entry.size_bytes
            entry.resend_after_ms = min(2 * entry.resend_after_ms, RESEND_AFTER_MS_MAX)
            entry.resend_at_ms = now_ms + entry.resend_after_ms
        if due:
            self._broadcast(TxBatch(bodies=tuple(due)))
            self.counters["resent"] += len(due)
        return len(due)
