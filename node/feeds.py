"""Who waits for what was decided: receipts by id, and feeds of blocks.

Rules of this file:
1. A waiter is always released: by its receipt, by its own deadline, or by the end of the node.
2. A feed is bounded. One that overflows is ended and says so; it never slows the node and never
   skips silently.
"""

import asyncio

from node.api import LimitReached, StoredBlock
from tokens.results import Receipt

WAITERS_MAX = 20_000
"""Receipts waited for at once."""
FEEDS_MAX = 5_120
"""256 connections of 20 subscriptions."""


class NodeEnds(Exception):
    """No receipt comes any more from this process."""


class TooManyWaiters(LimitReached):
    """The bound of waiters or feeds is reached."""

    is_retryable = True


class BlockFeed:
    """One subscriber's bounded queue of decided blocks."""

    def __init__(self, feeds: "Feeds", queue_max: int) -> None:
        self.queue: asyncio.Queue[StoredBlock] = asyncio.Queue(maxsize=queue_max)
        self.overflowed = False
        self._feeds = feeds

    def offer(self, block: StoredBlock) -> None:
        """Add a block, or end the feed if it is full."""
        if self.overflowed:
            return
        try:
            self.queue.put_nowait(block)
        except asyncio.QueueFull:
            self.overflowed = True
            self.close()

    def close(self) -> None:
        """Stop feeding; harmless if done before."""
        self._feeds.forget(self)


class Feeds:
    """All waiters and feeds of a node."""

    def __init__(self) -> None:
        self._waiters: dict[bytes, list[asyncio.Future[Receipt]]] = {}
        self._waiting = 0
        self._feeds: list[BlockFeed] = []
        self._closed = False

    @property
    def wanted(self) -> bool:
        """Somebody listens to blocks."""
        return bool(self._feeds)

    def subscribe(self, queue_max: int) -> BlockFeed:
        """A new feed of decided blocks. Raises TooManyWaiters."""
        if len(self._feeds) >= FEEDS_MAX:
            raise TooManyWaiters(f"{FEEDS_MAX} feeds are open")
        feed = BlockFeed(self, queue_max)
        self._feeds.append(feed)
        return feed

    def forget(self, feed: BlockFeed) -> None:
        """Remove a feed."""
        if feed in self._feeds:
            self._feeds.remove(feed)

    async def wait(self, tx_id: bytes, timeout_ms: int) -> Receipt | None:
        """The receipt of a transaction once decided, None when the time is over or the node ends.

        Raises TooManyWaiters.
        """
        if self._closed:
            return None
        if self._waiting >= WAITERS_MAX:
            raise TooManyWaiters(f"{WAITERS_MAX} receipts are waited for")
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(tx_id, []).append(future)
        self._waiting += 1
        try:
            async with asyncio.timeout(timeout_ms * 0.001):
                return await future
        except (TimeoutError, NodeEnds):
            return None
        finally:
            self._waiting -= 1
            self._drop(tx_id, future)

    def _drop(self, tx_id: bytes, future: asyncio.Future[Receipt]) -> None:
        waiting = self._waiters.get(tx_id)
        if waiting is None:
            return
        if future in waiting:
            waiting.remove(future)
        if not waiting:
            del self._waiters[tx_id]

    def on_receipts(self, receipts: tuple[Receipt, ...]) -> None:
        """Release the waiters of a decided block."""
        if not self._waiters:
            return
        for receipt in receipts:
            for future in self._waiters.get(receipt.tx_id, ()):
                if not future.done():
                    future.set_result(receipt)

    def close(self) -> None:
        """Release all waiters: no block comes any more; they should ask another node at once."""
        self._closed = True
        for futures in self._waiters.values():
            for future in futures:
                if not future.done():
                    future.set_exception(NodeEnds)

    def on_block(self, block: StoredBlock) -> None:
        """Feed a decided block to all subscribers."""
        for feed in tuple(self._feeds):
            feed.offer(block)
