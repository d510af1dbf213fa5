"""Who may hold a connection: so many in all, so many of one address; the others wait to be refused.

Rules of this file:
1. The address of a connection is known only when it is open: each one meets a door first.
2. Who is refused at once comes back at once, and each new connection costs more than one that is
   kept silent. So a refusal is told after HELD_SECONDS, and nothing is read until then.
3. What is held is bounded: above HELD_MAX the one held longest is told at once.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection

from aiohttp.web_protocol import RequestHandler

HELD_SECONDS = 1.0
HELD_MAX = 256
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


class Doorkeeper:
    """The limits of one listener. Used as the protocol factory of its socket."""

    def __init__(
        self,
        *,
        connections_max: int,
        per_address_max: int,
        new_handler: Callable[[], RequestHandler | None],
        connections: Callable[[], Collection[RequestHandler]],
        on_refused: Callable[[], None],
    ) -> None:
        self._connections_max = connections_max
        self._per_address_max = per_address_max
        self._new_handler = new_handler
        """None: the server is not running."""
        self._connections = connections
        """Those that were let in and are open."""
        self._on_refused = on_refused
        self._of_address: Counter[object] = Counter()
        """At least as many as each address holds; counted anew when it seems to hold too many."""
        self._held: dict[asyncio.Transport, asyncio.TimerHandle] = {}

    def __call__(self) -> asyncio.Protocol:
        """What a new connection meets."""
        return _Door(self._enter)

    def close(self) -> None:
        """Tell all that wait."""
        for transport in list(self._held):
            self._tell(transport)

    def _enter(self, transport: asyncio.Transport) -> None:
        """A connection is open: hand it to the HTTP server, or keep it until it is refused."""
        handler = self._new_handler() if self._has_room(transport) else None
        if handler is None:
            self._on_refused()
            self._hold(transport)
            return
        self._of_address[_address_of(transport)] += 1
        transport.set_protocol(handler)
        handler.connection_made(transport)

    def _has_room(self, transport: asyncio.Transport) -> bool:
        connections, address = self._connections(), _address_of(transport)
        if len(connections) >= self._connections_max:
            return False
        counted = self._of_address
        if counted[address] >= self._per_address_max or len(counted) > self._connections_max:
            counted = Counter([_address_of(each.transport) for each in connections])
            self._of_address = counted
        return counted[address] < self._per_address_max

    def _hold(self, transport: asyncio.Transport) -> None:
        if len(self._held) >= HELD_MAX:
            self._tell(next(iter(self._held)))
        transport.pause_reading()
        loop = asyncio.get_running_loop()
        self._held[transport] = loop.call_later(HELD_SECONDS, self._tell, transport)

    def _tell(self, transport: asyncio.Transport) -> None:
        self._held.pop(transport).cancel()
        transport.write(_REFUSAL)
        transport.close()


def _address_of(transport: asyncio.BaseTransport | None) -> object:
    peer = None if transport is None else transport.get_extra_info("peername")
    return peer[0] if isinstance(peer, tuple) else None


class _Door(asyncio.Protocol):
    """What a connection meets first, and keeps if it is refused."""

    def __init__(self, enter: Callable[[asyncio.Transport], None]) -> None:
        self._enter = enter

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in or refuse it."""
        if isinstance(transport, asyncio.Transport):
            self._enter(transport)
