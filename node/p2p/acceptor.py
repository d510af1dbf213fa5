"""The listening side: takes TCP connections and leads them through TLS, strangers included.

Rules of this file:
1. A stranger may cost one of few places for a short time, and nothing else: he makes way when
   somebody newer comes.
2. An address opens so many connections a second and no more; those above are closed before TLS,
   after a while: who is refused at once comes back at once, and to take a connection costs more
   than to keep one silent.
3. Nothing that a stranger does, and no lack of file descriptors, ends the node.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from functools import partial

from node.p2p.budget import NamedBuckets
from node.p2p.link import Link
from node.p2p.peers import PeerLimits

LISTEN_BACKLOG = 128
ACCEPT_PAUSE_S = 0.1
"""After a failed accept: most likely file descriptors ran out."""
REFUSAL_S = 1.0
"""How long a connection above the budget is kept, unread, before it is closed."""
REFUSED_MAX = 128
"""Kept so at once; above it the one kept longest is closed."""
SHUTDOWN_TIMEOUT_S = 2.0
"""For the farewell of TLS; a peer that does not answer it is cut off."""


class Acceptor:
    """One listening socket. It listens from the moment it is made."""

    def __init__(
        self,
        address: tuple[str, int],
        *,
        limits: PeerLimits,
        tls: Callable[[], ssl.SSLContext],
        new_link: Callable[[], Link],
        drop_link: Callable[[Link], object],
        counters: Counter[str],
    ) -> None:
        """OSError if the address is taken."""
        self._limits = limits
        self._tls = tls
        """The context of the moment: it changes with the list of peers."""
        self._new_link = new_link
        self._drop_link = drop_link
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._budgets = NamedBuckets(rate=limits.accept_per_s, burst=limits.accept_burst)
        self.handshakes: dict[asyncio.Task[None], None] = {}
        """Connections in TLS, the oldest first."""
        self._refused: dict[socket.socket, asyncio.TimerHandle] = {}
        """Connections above the budget, the oldest first."""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._listener = socket.create_server(address, family=family, backlog=LISTEN_BACKLOG)
        self._listener.setblocking(False)

    @property
    def port(self) -> int:
        """The TCP port (chosen by the kernel if 0 was asked for)."""
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()
        for connection in list(self._refused):
            self._turn_away(connection)

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Take connections for ever.

        Many slow strangers make way for the newest one, so that a peer gets through.
        """
        while True:
            # A turn for others between two: a full backlog would otherwise be worked off in one go.
            await asyncio.sleep(0)
            try:
                connection, address = await self._loop.sock_accept(self._listener)
            except OSError:
                # Out of file descriptors, or the stranger is gone already: neither ends the node.
                self._counters["accept_failed"] += 1
                await asyncio.sleep(ACCEPT_PAUSE_S)
                continue
            if not self._budgets.allows(str(address[0]), self._loop.time()):
                self._counters["accept_over_budget"] += 1
                self._keep_refused(connection)
                continue
            if len(self.handshakes) >= self._limits.pending_handshakes_max:
                next(iter(self.handshakes)).cancel()
                self._counters["handshake_evicted"] += 1
            task = group.create_task(self._handshake(connection))
            self.handshakes[task] = None
            task.add_done_callback(partial(self._handshake_over, connection))

    def _keep_refused(self, connection: socket.socket) -> None:
        if len(self._refused) >= REFUSED_MAX:
            self._turn_away(next(iter(self._refused)))
        timer = self._loop.call_later(REFUSAL_S, self._turn_away, connection)
        self._refused[connection] = timer

    def _turn_away(self, connection: socket.socket) -> None:
        self._refused.pop(connection).cancel()
        connection.close()

    def _handshake_over(self, connection: socket.socket, task: asyncio.Task[None]) -> None:
        self.handshakes.pop(task, None)
        if task.cancelled():
            # Also when it was cancelled before its first step, where nobody else would close it.
            connection.close()

    async def _handshake(self, connection: socket.socket) -> None:
        link = self._new_link()
        connected = False
        try:
            await self._loop.connect_accepted_socket(
                lambda: link,
                connection,
                ssl=self._tls(),
                ssl_handshake_timeout=self._limits.handshake_timeout_s,
                ssl_shutdown_timeout=SHUTDOWN_TIMEOUT_S,
            )
            connected = True
        except OSError:
            self._counters["handshake_failed"] += 1
        finally:
            if not connected:
                self._drop_link(link)
