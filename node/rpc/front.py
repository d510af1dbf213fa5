"""A listening socket for HTTP with its limits: how many connections, how long one may say nothing.

Used by every HTTP listener of Mohur: JSON-RPC and the explorer. What a request may hold and who may
ask is the business of the application behind it.
"""

import asyncio
import ssl
from collections.abc import Callable

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from node.rpc.doorkeeper import Doorkeeper

FIRST_REQUEST_SECONDS = 10
"""A connection that has sent no whole request by then is closed (slow loris)."""
SHUTDOWN_SECONDS = 2


class HttpFront:
    """`start`, then `shut_door` and `stop`; `port` says where it listens."""

    def __init__(
        self,
        *,
        connections_max: int,
        per_address_max: int,
        keepalive_seconds: int,
        on_refused: Callable[[str], None],
    ) -> None:
        self._keepalive_seconds = keepalive_seconds
        self._on_refused = on_refused
        """Told `connections` or `slow`."""
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None
        self._silent: set[asyncio.BaseProtocol] = set()
        self._doorkeeper = Doorkeeper(
            connections_max=connections_max,
            per_address_max=per_address_max,
            new_handler=self._new_handler,
            connections=self._connections,
            on_refused=lambda: on_refused("connections"),
        )
        self.port = 0
        """After `start`."""

    async def start(
        self, app: web.Application, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> None:
        """Listen. OSError if the port is taken."""
        self._runner = web.AppRunner(
            app,
            access_log=None,
            auto_decompress=False,
            handle_signals=False,
            keepalive_timeout=self._keepalive_seconds,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await self._runner.setup()
        self._listener = await asyncio.get_running_loop().create_server(
            self._doorkeeper, host, port, ssl=tls
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    def heard(self, request: web.Request) -> None:
        """A whole request has come: its connection is not silent any more."""
        self._silent.discard(request.protocol)

    def shut_door(self) -> None:
        """Nobody comes in any more."""
        if self._listener is not None:
            self._listener.close()
        self._doorkeeper.close()

    async def stop(self) -> None:
        """Close what is open: requests under way get two seconds."""
        self.shut_door()
        if self._runner is not None:
            await self._runner.cleanup()

    def _new_handler(self) -> RequestHandler | None:
        """Of a connection that was let in; the first request is due soon."""
        server = self._runner.server if self._runner is not None else None
        if server is None:
            return None
        handler: RequestHandler = server()
        self._silent.add(handler)
        loop = asyncio.get_running_loop()
        loop.call_later(FIRST_REQUEST_SECONDS, self._close_if_silent, handler)
        return handler

    def _connections(self) -> list[RequestHandler]:
        server = self._runner.server if self._runner is not None else None
        return server.connections if server is not None else []

    def _close_if_silent(self, handler: RequestHandler) -> None:
        if handler not in self._silent:
            return
        self._silent.discard(handler)
        if handler.transport is not None:
            self._on_refused("slow")
            handler.transport.abort()
