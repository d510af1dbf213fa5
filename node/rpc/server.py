"""The HTTP server: limits and refusals around the dispatcher, health, metrics, OpenRPC.

Rules of this file:
1. Refuse early and cheaply: connection count, host, body size, encoding, budget, then parse.
2. Whatever is refused has a JSON-RPC error body with a symbol; the HTTP status says it again.
3. No CORS, no redirects, no files, no compressed bodies.
"""

import asyncio
import re
import secrets
import weakref

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler
from structlog.contextvars import bind_contextvars
from structlog.typing import FilteringBoundLogger

from node.api import NodeApi
from node.metrics import CONTENT_TYPE, Metrics
from node.rpc.access import BadKey, Budgets, Keys, RateLimited
from node.rpc.config import RpcConfig, check_config
from node.rpc.dispatch import Dispatcher
from node.rpc.errors import RpcCode, RpcError, busy
from node.rpc.front import HttpFront
from node.rpc.health import checks_of
from node.rpc.hosts import host_of
from node.rpc.method import Caller, Method, Session
from node.rpc.methods import METHODS
from node.rpc.openrpc import discover_method, document
from node.rpc.viewers import Viewers
from node.rpc.websocket import Connection
from node.sdk.view_token import HEADER
from node.stages import Metered, Stage, Stages
from node.turns import Turns
from tokens.jsonform import JsonForm, prefix_of_network

BODY_BYTES_MAX = 1024 * 1024
BODY_SECONDS = 5
OVER_BUDGET_SECONDS = 1
"""Longest time that an answer of 429 waits: who goes on asking is slowed on each connection."""
CHARGED_BYTES = 512
"""Of a body count as one call: to read and parse them is most of what a large one costs."""
KEEPALIVE_SECONDS = 75
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RpcServer:
    """One listening socket over one node. `start`, then `stop`; `port` says where."""

    def __init__(
        self,
        api: NodeApi,
        config: RpcConfig,
        *,
        metrics: Metrics,
        log: FilteringBoundLogger,
        methods: tuple[Method, ...] = METHODS,
        stages: Stages | None = None,
    ) -> None:
        check_config(config)
        self._api = api
        self._config = config
        self._metrics = metrics
        self._log = log
        self._stages = Stages(enabled=False) if stages is None else stages
        is_dev = api.genesis.is_dev
        served = tuple([method for method in methods if is_dev or not method.is_dev])
        form = JsonForm(prefix_of_network(is_dev=is_dev))
        openrpc = document(served)
        self._openrpc = msgspec.json.encode(openrpc)
        self._dispatcher = Dispatcher(
            api,
            form,
            (*served, discover_method(openrpc)),
            metrics=metrics.rpc,
            log=log,
        )
        self._form = form
        self._keys = Keys(config.keys, is_read_open=config.is_read_open)
        self._budgets = Budgets(calls_per_second=config.calls_per_second, burst=config.burst)
        self._turns = Turns()
        self._viewers = Viewers(api)
        self._hosts = frozenset({*config.hosts, config.host})
        self._front = HttpFront(
            connections_max=config.connections_max,
            per_address_max=config.connections_per_address_max,
            keepalive_seconds=KEEPALIVE_SECONDS,
            on_refused=lambda why: metrics.rpc.refused.labels(why).inc(),
        )
        self._sockets: weakref.WeakSet[web.WebSocketResponse] = weakref.WeakSet()

    @property
    def port(self) -> int:
        """Where it listens, after `start`."""
        return self._front.port

    async def start(self) -> None:
        """Listen. OSError if the port is taken."""
        app = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[self._guard])
        app.router.add_post("/", self._rpc)
        app.router.add_get("/ws", self._websocket)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics_page)
        app.router.add_get("/openrpc.json", self._openrpc_page)
        config = self._config
        await self._front.start(app, config.host, config.port, config.tls)

    async def stop(self) -> None:
        """Close what is open: calls under way get two seconds."""
        self._front.shut_door()
        # At once: each client that does not answer is waited for.
        await asyncio.gather(
            *[each.close(code=1001, message=b"the node stops") for each in self._sockets]
        )
        await self._front.stop()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._front.heard(request)
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        bind_contextvars(request_id=request_id)
        headers = {"X-Request-Id": request_id, "Cache-Control": "no-store"}
        if host_of(request.headers.get("Host", "")) not in self._hosts:
            response: web.StreamResponse = self._refuse(
                403, RpcCode.UNAUTHORISED, "this node does not serve that host name"
            )
        else:
            try:
                response = await Metered(self._stages, Stage.RPC, _answer(handler, request))
            except web.HTTPException as error:
                response = self._refuse(error.status, RpcCode.INVALID_REQUEST, error.reason)
            except RateLimited as error:
                await asyncio.sleep(min(error.retry_after_s, OVER_BUDGET_SECONDS))
                headers["Retry-After"] = str(error.retry_after_s)
                response = self._refusal(429, busy("too many calls"))
            except BadKey as error:
                headers["WWW-Authenticate"] = "Bearer"
                response = self._refuse(401, RpcCode.UNAUTHORISED, str(error))
        if not response.prepared:
            response.headers.update(headers)
        return response

    async def _rpc(self, request: web.Request) -> web.Response:
        if request.headers.get("Content-Encoding", "identity") != "identity":
            return self._refuse(415, RpcCode.INVALID_REQUEST, "compressed bodies are not read")
        if request.content_type != "application/json":
            return self._refuse(415, RpcCode.INVALID_REQUEST, "Content-Type: application/json")
        caller = self._caller(request, None)
        if (request.content_length or 0) > BODY_BYTES_MAX:
            return self._too_large()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._too_large()
        except TimeoutError:
            return self._refusal(408, busy("the body came too slowly"))
        caller.charge(len(body) // CHARGED_BYTES)
        reply = await self._dispatcher.handle(body, caller)
        if reply is None:
            return web.Response(status=204)
        return web.Response(body=reply, content_type="application/json")

    def _too_large(self) -> web.Response:
        return self._refuse(413, RpcCode.LIMIT_EXCEEDED, f"a body has at most {BODY_BYTES_MAX} B")

    def _caller(self, request: web.Request, session: Session | None) -> Caller:
        name, tiers = self._keys.identify(request.headers.get("Authorization"))
        token = self._viewers.read(request.headers.get(HEADER))
        who = f"remote {request.remote}" if name == "anonymous" else f"key {name}"
        clock = asyncio.get_running_loop().time
        return Caller(
            name=name,
            tiers=tiers,
            charge=lambda calls: self._budgets.charge(who, calls, clock()),
            session=session,
            fine=lambda calls: self._budgets.fine(who, calls, clock()),
            turn=lambda: self._turns.enter(who),
            token=token,
        )

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._config.origins:
            return self._refuse(403, RpcCode.UNAUTHORISED, "this origin is not on the list")
        socket = web.WebSocketResponse(
            max_msg_size=BODY_BYTES_MAX, heartbeat=20, compress=False, timeout=2
        )
        connection = Connection(self._api, self._form, request, socket, self._metrics.rpc)
        caller = self._caller(request, connection)
        connection.caller = caller
        await socket.prepare(request)
        self._sockets.add(socket)
        await connection.serve(self._dispatcher, caller)
        return socket

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readyz(self, request: web.Request) -> web.Response:
        failing = [check.name for check in checks_of(self._api) if not check.passed]
        status = 503 if failing else 200
        return web.json_response({"ready": not failing, "failing": failing}, status=status)

    async def _metrics_page(self, request: web.Request) -> web.Response:
        caller = self._caller(request, None)
        try:
            view = caller.view(self._api, lambda: (self._api.state(), self._api.tip().height))
        except RpcError as error:
            return self._refuse(401, RpcCode.UNAUTHORISED, error.message)
        body = self._metrics.render(is_open=view.is_open)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    async def _openrpc_page(self, request: web.Request) -> web.Response:
        return web.Response(body=self._openrpc, content_type="application/json")

    def _refuse(self, status: int, code: RpcCode, message: str) -> web.Response:
        return self._refusal(status, RpcError(code, message))

    def _refusal(self, status: int, error: RpcError) -> web.Response:
        self._metrics.rpc.refused.labels(str(status)).inc()
        body = {"jsonrpc": "2.0", "id": None, "error": error.to_json()}
        return web.Response(
            status=status, body=msgspec.json.encode(body), content_type="application/json"
        )


async def _answer(handler: Handler, request: web.Request) -> web.StreamResponse:
    """The handler as a coroutine, whose steps the meter can book."""
    return await handler(request)
