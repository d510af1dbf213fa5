"""Questions to a node that may be half up: readiness, metrics, reads that are asked of all four.

The SDK calls silence an error; here "nobody answers" is something to wait for: NotYet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from node.devnet.wait import NotYet
from node.sdk.client import Client
from node.sdk.errors import NodeUnreachable
from node.sdk.schema.common import Context
from tokens.jsonform import PREFIX_TEST, Json

PLAIN_SECONDS = 5
"""A GET of health or metrics."""
NODES_MAX = 64
"""Nodes that one probe talks to."""

T = TypeVar("T")


class Probe:
    """Questions to several nodes; one client each, made when it is first asked."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}
        self._stack = AsyncExitStack()
        self._plain: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=PLAIN_SECONDS)
        session = aiohttp.ClientSession(timeout=timeout)
        self._plain = await self._stack.enter_async_context(session)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def client(self, url: str) -> Client:
        """The SDK client of a node."""
        known = self._clients.get(url)
        if known is None:
            if len(self._clients) >= NODES_MAX:
                raise RuntimeError("a probe talks to a bounded number of nodes")
            made = Client(url, prefix=PREFIX_TEST)
            known = self._clients[url] = await self._stack.enter_async_context(made)
        return known

    async def ask(self, url: str, method: str, of: type[T], params: object = None) -> T:
        """Typed result of a method that answers without a context. RpcFailed, NotYet."""
        client = await self.client(url)
        try:
            return await client.call(method, params, of=of)
        except NodeUnreachable as error:
            raise NotYet(str(error)) from None

    async def read(
        self, url: str, method: str, of: type[T], params: object = None
    ) -> tuple[Context, T]:
        """Context and value of a read of state. RpcFailed, NotYet."""
        client = await self.client(url)
        try:
            answer = await client.read(method, params, of=of)
        except NodeUnreachable as error:
            raise NotYet(str(error)) from None
        return answer.context, answer.value

    async def raw(self, url: str, method: str, params: object = None) -> Json:
        """Result of one method as JSON. RpcFailed, NotYet."""
        client = await self.client(url)
        try:
            return await client.raw(method, params)
        except NodeUnreachable as error:
            raise NotYet(str(error)) from None

    async def text(self, url: str) -> tuple[int, str]:
        """Status and body of a GET. NotYet if nobody answers."""
        if self._plain is None:
            raise RuntimeError("a Probe is used inside `async with`")
        try:
            async with self._plain.get(url) as response:
                return response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise NotYet(f"{url} does not answer ({type(error).__name__})") from None

    async def ready(self, url: str) -> None:
        """Return when /readyz says yes. NotYet with the failing checks."""
        status, body = await self.text(f"{url}/readyz")
        if status != 200:
            raise NotYet(f"{url} is not ready: {' '.join(body.split())[:200]}")

    async def all_ready(self, urls: Iterable[str]) -> None:
        """All of them, asked at once."""
        await asyncio.gather(*[self.ready(url) for url in urls])
