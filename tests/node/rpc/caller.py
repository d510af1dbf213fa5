"""Start a server for a test, and call it as a stranger would: with plain JSON."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import structlog

from node.metrics import Metrics
from node.rpc.config import RpcConfig
from node.rpc.server import RpcServer
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import small_node


@dataclass(frozen=True, slots=True)
class Serving:
    """A server and what is behind it."""

    server: RpcServer
    node: FakeNode
    metrics: Metrics

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.port


@asynccontextmanager
async def serving(
    settings: RpcConfig | None = None, node: FakeNode | None = None
) -> AsyncIterator[Serving]:
    """A server on a free port."""
    api = small_node() if node is None else node
    metrics = Metrics()
    metrics.watch(api)
    log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
    server = RpcServer(api, settings or RpcConfig(), metrics=metrics, log=log)
    await server.start()
    try:
        yield Serving(server, api, metrics)
    finally:
        await server.stop()


class Caller:
    """JSON-RPC over one session."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def raw(self, body: bytes | str, **headers: str) -> tuple[int, object]:
        """(status, parsed body or None)."""
        sent = {"Content-Type": "application/json", **headers}
        async with self.session.post(
            "/", data=io.BytesIO(body if isinstance(body, bytes) else body.encode()), headers=sent
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def reply(self, method: str, params: object = None) -> dict[str, object]:
        """The whole reply object."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method}
        if params is not None:
            request["params"] = params
        status, reply = await self.raw(json.dumps(request))
        assert status == 200
        assert isinstance(reply, dict)
        return reply

    async def result(self, method: str, params: object = None) -> object:
        """The result; fails the test on an error."""
        reply = await self.reply(method, params)
        assert "error" not in reply, reply
        return reply["result"]

    async def error(self, method: str, params: object = None) -> tuple[int, str, str]:
        """(code, symbol, message); fails the test on a result."""
        reply = await self.reply(method, params)
        error = reply["error"]
        assert isinstance(error, dict)
        return error["code"], error["data"]["symbol"], error["message"]
