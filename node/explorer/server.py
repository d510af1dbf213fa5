"""The HTTP server of the explorer: limits and refusals around the pages.

Rules of this file:
1. Refuse early: connections, host, method, length of the address; then ask the node.
2. GET and HEAD only, but for the form of the API page, which must come from this origin.
3. Every answer carries the headers below: no script, nothing from elsewhere, in no frame. Of the
   referrer policies `no-referrer` would make a browser say `Origin: null` of our own form.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler
from structlog.typing import FilteringBoundLogger

from node.explorer.answer import Answers
from node.explorer.config import ExplorerConfig, check_config
from node.explorer.failure import Failure
from node.explorer.pages import ROUTES
from node.explorer.render import ICON, STYLE
from node.explorer.upstream import Upstream
from node.rpc.front import HttpFront
from node.rpc.hosts import host_of

ADDRESS_MAX = 2_048
"""Characters of the path and words of a request."""
FORM_BYTES_MAX = 16 * 1024
KEEPALIVE_SECONDS = 30
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class ExplorerServer:
    """One listening socket over one node. `start`, then `stop`; `port` says where."""

    def __init__(self, config: ExplorerConfig, *, log: FilteringBoundLogger) -> None:
        check_config(config)
        self._config = config
        self._log = log
        self._upstream = Upstream(config.rpc, config.view, config.witnesses)
        self._answers = Answers(self._upstream, config, log)
        self._hosts = frozenset({*config.hosts, config.host})
        self._front = HttpFront(
            connections_max=config.connections_max,
            per_address_max=config.connections_per_address_max,
            keepalive_seconds=KEEPALIVE_SECONDS,
            on_refused=lambda why: log.info("connection refused", reason=why),
        )

    @property
    def port(self) -> int:
        """Where it listens, after `start`."""
        return self._front.port

    async def start(self) -> None:
        """Listen. OSError if the port is taken."""
        app = web.Application(client_max_size=FORM_BYTES_MAX, middlewares=[self._guard])
        app.router.add_get("/style.css", _style)
        app.router.add_get("/icon.svg", _icon)
        for route in ROUTES:
            app.router.add_get(route.path, self._answers.handler(route))
            if route.takes_form:
                app.router.add_post(route.path, self._answers.form_handler(route))
        await self._upstream.open()
        await self._front.start(app, self._config.host, self._config.port)

    async def stop(self) -> None:
        """Close what is open: pages under way get two seconds."""
        await self._front.stop()
        await self._upstream.close()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._front.heard(request)
        refusal = self._refusal(request)
        if refusal is not None:
            response: web.StreamResponse = self._answers.failed(request, refusal)
        else:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                response = self._answers.failed(request, _http_failure(error))
        if not response.prepared:
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _refusal(self, request: web.Request) -> Failure | None:
        """Why a request is not even looked at."""
        if host_of(request.headers.get("Host", "")) not in self._hosts:
            return Failure(403, "Refused", "This explorer does not serve that host name.")
        if len(request.raw_path) > ADDRESS_MAX:
            return Failure(414, "Refused", "The address of this page is too long.")
        return None


@asynccontextmanager
async def explorer(
    config: ExplorerConfig, *, log: FilteringBoundLogger
) -> AsyncIterator[ExplorerServer]:
    """A running explorer. ExplorerNotLoopback, OSError."""
    server = ExplorerServer(config, log=log)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


def _http_failure(error: web.HTTPException) -> Failure:
    match error.status:
        case 404:
            return Failure(404, "Not there", "This explorer has no such page.")
        case 405:
            return Failure(405, "Refused", "This page can be looked at, and nothing else.")
        case 413:
            return Failure(413, "Refused", "The form holds more than is read.")
        case _:
            return Failure(error.status, "Refused", "The request was refused.")


async def _style(request: web.Request) -> web.Response:
    return web.Response(
        body=STYLE, content_type="text/css", headers={"Cache-Control": "max-age=300"}
    )


async def _icon(request: web.Request) -> web.Response:
    return web.Response(
        body=ICON, content_type="image/svg+xml", headers={"Cache-Control": "max-age=300"}
    )
