"""One TLS connection: Hello first, then frames both ways, each direction bounded.

Rules of this file:
1. Nothing is read before the peer's key is known and pinned; nothing is handed on before its Hello
   fits.
2. A fault of the peer closes the link with a named reason. An error of our own handlers is passed
   to the transport, which ends the node: it must not drown in asyncio's log.
3. A write goes straight to the socket while nothing waits; else into the send queue.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Protocol

from node.p2p.budget import PeerBudget
from node.p2p.peers import PeerLimits, PeerState
from node.p2p.send_queue import Outgoing, SendQueue, outgoing
from node.p2p.tls import key_of
from node.stages import Stage, Stages
from node.wire.framing import FrameError, FrameParser
from node.wire.peer_messages import (
    BadMessage,
    BlockReply,
    BodyReply,
    Hello,
    PeerMessage,
    Ping,
    SyncReply,
    TxBatch,
    decode_message,
)

FRAMES_A_TURN = 64
"""Of one peer between two turns of the loop: a read may hold thousands of small ones."""
_LIGHT = frozenset({TxBatch, BlockReply, BodyReply, SyncReply, Hello, Ping})
"""What costs little to take, or is charged by what it turns out to be worth (`charge`)."""


class LinkOwner(Protocol):
    """What a link needs of the transport."""

    @property
    def stages(self) -> Stages:
        """The meter of CPU time."""

    def hello(self) -> Hello:
        """The own Hello of this moment."""

    def new_queue(self) -> SendQueue:
        """An empty queue that counts into the transport's counters."""

    def peer_of_key(self, key: bytes | None) -> PeerState | None:
        """The peer that a key is pinned for."""

    def link_ready(self, link: Link, hello: Hello) -> str | None:
        """A Hello came. None: the link is kept; else the reason to close it."""

    def link_message(self, link: Link, message: PeerMessage) -> None:
        """A message of a ready link."""

    def link_closed(self, link: Link, reason: str) -> None:
        """The link is gone, whatever it was."""

    def fail(self, error: Exception) -> None:
        """A handler of this node raised."""


class Link(asyncio.Protocol):
    """asyncio's callbacks of one connection."""

    def __init__(self, owner: LinkOwner, limits: PeerLimits, dialed: str | None) -> None:
        self._owner = owner
        self._limits = limits
        self.dialed = dialed
        """Id of the peer that this node dialled; None when the peer came to us."""
        self.peer = ""
        """Id that the TLS key is pinned for; empty before connection_made."""
        self.key: bytes | None = None
        """The TLS key of the peer."""
        self.ready = False
        """Hellos are exchanged and the transport keeps this link."""
        self._loop = asyncio.get_running_loop()
        self.finished: asyncio.Future[bool] = self._loop.create_future()
        """True once ready, False if it closed before."""
        self._transport: asyncio.Transport | None = None
        self._parser = FrameParser()
        self._queue = owner.new_queue()
        self._write_paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._reading_paused = False
        self._paused_until_s = 0.0
        self._close_reason: str | None = None
        now = self._loop.time()
        self.heard_s = now
        self.sent_s = now
        self._budget: PeerBudget | None = None
        """From the moment when the peer is known."""

    # --- callbacks of asyncio --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is done and the certificate verified."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a link needs a stream transport")
        self._transport = transport
        tls = transport.get_extra_info("ssl_object")
        key = key_of(tls) if isinstance(tls, ssl.SSLObject) else None
        self.key = key
        peer = self._owner.peer_of_key(key)
        if peer is None or (self.dialed is not None and peer.id != self.dialed):
            self.abort("unknown_key")
            return
        self.peer = peer.id
        self._budget = peer.budget
        # asyncio does this for sockets that it made itself, not for those that were accepted here;
        # without it a vote waits 40 ms for the acknowledgement of the one before.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.set_write_buffer_limits(high=self._limits.write_buffer_bytes_max)
        self._timer = self._loop.call_later(
            self._limits.handshake_timeout_s, self.abort, "hello_timeout"
        )
        transport.write(outgoing(self._owner.hello()).data)

    def data_received(self, data: bytes) -> None:
        """Some bytes of some frames."""
        if self._close_reason is not None:
            return
        self.heard_s = self._loop.time()
        self._owner.stages.enter(Stage.NETWORK)
        try:
            self._parser.feed(data)
            self._work_off()
        finally:
            self._owner.stages.leave()

    def pause_writing(self) -> None:
        """The kernel takes no more: queue."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Room again: write what waits."""
        self._write_paused = False
        while self._transport is not None and not self._write_paused:
            data = self._queue.pop()
            if data is None:
                return
            self._transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, whoever wanted it."""
        if self._timer is not None:
            self._timer.cancel()
        self._transport = None
        self.ready = False
        if not self.finished.done():
            self.finished.set_result(False)
        reason = self._close_reason or ("closed_by_peer" if exc is None else "lost")
        self._close_reason = reason
        self._owner.link_closed(self, reason)

    # --- for the transport -----------------------------------------------------------------------

    def send(self, message: Outgoing) -> bool:
        """Write or queue. False: dropped (counted by reason)."""
        if self._transport is None or self._close_reason is not None:
            return False
        self.sent_s = self._loop.time()
        if self._write_paused or self._queue:
            return self._queue.put(message)
        self._transport.write(message.data)
        return True

    def close(self, reason: str) -> None:
        """Flush what asyncio holds, then close. Nothing more is handed on."""
        self._end(reason)
        if self._transport is not None:
            self._transport.close()

    def abort(self, reason: str) -> None:
        """Close at once: the peer broke a rule or does not answer."""
        self._end(reason)
        if self._transport is not None:
            self._transport.abort()

    def charge(self, cpu_s: float) -> None:
        """The peer made this node work for nothing but itself: above its share it is read later."""
        if self._budget is not None:
            self._pause(self._budget.waste.take(cpu_s, self._loop.time()))

    @property
    def queued_bytes(self) -> int:
        """Waiting for this peer to read."""
        return self._queue.size_bytes

    def _end(self, reason: str) -> None:
        if self._close_reason is None:
            self._close_reason = reason
        self.ready = False

    # --- reading ---------------------------------------------------------------------------------

    def _work_off(self) -> None:
        """Hand on whole frames until there are none, the budget is used up, or the link ends.

        After FRAMES_A_TURN of them others have a turn of the loop first.
        """
        try:
            for _ in range(FRAMES_A_TURN):
                if self._close_reason is not None or self._reading_paused:
                    return
                payload = self._parser.next_payload()
                if payload is None:
                    return
                message = decode_message(payload)
                self._spend(len(payload), message)
                self._take(message)
            self._stop_reading(self._loop.time())
        except FrameError:
            self.abort("bad_frame")
        except BadMessage:
            self.abort("bad_message")
        except Exception as error:  # noqa: BLE001 - asyncio would log it and go on
            self.abort("own_error")
            self._owner.fail(error)

    def _spend(self, size_bytes: int, message: PeerMessage) -> None:
        if self._budget is None:
            return
        now, budget = self._loop.time(), self._budget
        count = 1 if type(message) in _LIGHT else self._limits.heavy_messages
        self._pause(max(budget.bytes.take(size_bytes, now), budget.messages.take(count, now)))

    def _pause(self, wait_s: float) -> None:
        """Read nothing for so long; a longer pause that runs already stays."""
        if wait_s <= 0 or self._transport is None:
            return
        self._stop_reading(self._loop.time() + wait_s)

    def _stop_reading(self, until_s: float) -> None:
        self._paused_until_s = max(self._paused_until_s, until_s)
        if self._transport is not None and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()
            self._loop.call_at(self._paused_until_s, self._resume_reading)

    def _resume_reading(self) -> None:
        if self._transport is not None and self._paused_until_s > self._loop.time():
            self._loop.call_at(self._paused_until_s, self._resume_reading)
            return
        self._reading_paused = False
        if self._transport is None or self._close_reason is not None:
            return
        # First what is held already, or the buffer could grow by one read at each pause.
        self._work_off()
        if not self._reading_paused and self._transport is not None:
            self._transport.resume_reading()

    def _take(self, message: PeerMessage) -> None:
        if self.ready:
            match message:
                case Ping():
                    return
                case Hello():
                    self.abort("second_hello")
                case _:
                    self._owner.link_message(self, message)
            return
        if not isinstance(message, Hello):
            self.abort("no_hello")
            return
        if self._timer is not None:
            self._timer.cancel()
        self.ready = True
        refused = self._owner.link_ready(self, message)
        if refused is not None:
            self.close(refused)
            return
        if not self.finished.done():
            self.finished.set_result(True)
