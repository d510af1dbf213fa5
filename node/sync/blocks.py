"""Block sync: brings a node that was away level with its peers (R14).

Rules of this file:
1. Every block is checked by its certificate against the validator set of its height before it is
   executed, and by its root after. A peer that sends anything else is not asked again in this run;
   the window is asked elsewhere.
2. One window of at most WINDOW blocks is open at a time; what nobody asked for is dropped.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from consensus.actions import CatchUp
from consensus.types import Tip
from node.wire.peer_messages import DecidedBlock, SyncReply, SyncRequest

WINDOW = 64
"""Blocks asked for at once."""
REPLY_TIMEOUT_S = 5.0
"""A peer that has not answered by then is passed over."""
RETRY_PAUSE_S = 0.5
"""Between two rounds over peers that all failed."""


class BlockRefused(Exception):
    """A synced block does not hold what it claims. The peer is at fault; the message says how."""


class Applier(Protocol):
    """Checks, executes and writes one decided block."""

    def apply_decided(self, block: DecidedBlock) -> Tip:
        """The new tip; raises BlockRefused for a peer's fault."""

    def tip_height(self) -> int:
        """Height of the newest durable block."""


class BlockSync:
    """Asks for decided blocks until the target is reached."""

    def __init__(
        self,
        *,
        applier: Applier,
        send: Callable[[str, SyncRequest], object],
        advance: Callable[[Tip], None],
        report: Callable[[str], None],
        reply_timeout_s: float = REPLY_TIMEOUT_S,
    ) -> None:
        self._applier = applier
        self._send = send
        self._advance = advance
        self._report = report
        self._reply_timeout_s = reply_timeout_s
        self._target = 0
        self._peers: tuple[str, ...] = ()
        self._wanted = asyncio.Event()
        self._waiting: tuple[str, asyncio.Future[SyncReply]] | None = None

    @property
    def active(self) -> bool:
        """A target above the tip is being worked on."""
        return self._target > self._applier.tip_height()

    def catch_up(self, action: CatchUp) -> None:
        """A higher target, or other peers for it."""
        self._target = max(self._target, action.target_height)
        self._peers = action.peers
        self._wanted.set()

    def on_reply(self, peer: str, reply: SyncReply) -> None:
        """An answer; dropped unless that peer was asked."""
        if self._waiting is None or self._waiting[0] != peer or self._waiting[1].done():
            return
        self._waiting[1].set_result(reply)

    async def run(self) -> None:
        """Work for ever; ended by cancellation."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            refused: list[str] = []
            while self.active:
                peers = [peer for peer in self._peers if peer not in refused]
                if not peers:
                    refused.clear()
                    await asyncio.sleep(RETRY_PAUSE_S)
                    continue
                if not await self._window(peers[0]):
                    refused.append(peers[0])

    async def _window(self, peer: str) -> bool:
        """Ask one peer for the next blocks and apply them. False: pass it over."""
        loop = asyncio.get_running_loop()
        first = self._applier.tip_height() + 1
        waiting: asyncio.Future[SyncReply] = loop.create_future()
        self._waiting = (peer, waiting)
        self._send(peer, SyncRequest(from_height=first, count=WINDOW))
        try:
            async with asyncio.timeout(self._reply_timeout_s):
                reply = await waiting
        except TimeoutError:
            self._report(f"sync: {peer} did not answer for height {first}")
            return False
        finally:
            self._waiting = None
        if not reply.blocks:
            return False
        for block in reply.blocks:
            height = block.proposal.header.height
            if height <= self._applier.tip_height():
                continue
            try:
                tip = self._applier.apply_decided(block)
            except BlockRefused as fault:
                self._report(f"sync: {peer} sent a bad block {height}: {fault}")
                return False
            self._advance(tip)
            # Let votes, RPC and timers run between two blocks.
            await asyncio.sleep(0)
        return True
