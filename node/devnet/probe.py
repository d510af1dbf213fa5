"""Questions to a node that may be half up: readiness, metrics, reads that are asked of all four.

node.sdk is what integrators use and what the story writes with. Here "nobody answers" is no error
but something to wait for, so it is raised as NotYet.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self, TypeVar, cast

import aiohttp

from node.devnet.wait import NotYet
from node.sdk.schema.common import Context
from tokens.jsonform import PREFIX_TEST, Json, JsonForm

TIMEOUT_SECONDS = 35
"""Longer than the longest wait that a node allows."""

T = TypeVar("T")


class RpcFailed(Exception):
    """The node answered with an error object."""

    def __init__(self, method: str, error: dict[str, object]) -> None:
        super().__init__(f"{method}: {error.get('message')}")
        self.error = error
        """The error object as it came."""

    @property
    def symbol(self) -> str:
        """Stable name of the reason."""
        data = self.error.get("data")
        return str(data.get("symbol", "")) if isinstance(data, dict) else ""


class Probe:
    """Questions to several nodes over one session. Use it as a context manager."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self.form = JsonForm(PREFIX_TEST)
        """JSON form of all that is asked here: local networks have test addresses."""

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, url: str, method: str, of: type[T], params: object = None) -> T:
        """Typed result of a method that answers without a context. RpcFailed, NotYet."""
        return cast("T", self.form.from_json(of, await self.call(url, method, params)))

    async def read(
        self, url: str, method: str, of: type[T], params: object = None
    ) -> tuple[Context, T]:
        """Context and value of a read of state. RpcFailed, NotYet."""
        answer = await self.call(url, method, params)
        if not isinstance(answer, dict):
            raise TypeError(f"{method} is no read of state")
        context = cast("Context", self.form.from_json(Context, answer["context"]))
        return context, cast("T", self.form.from_json(of, answer["value"]))

    async def call(self, url: str, method: str, params: object = None) -> Json:
        """Result of one method as JSON. RpcFailed, or NotYet if nobody answers."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        try:
            async with self._open.post(url, json=body) as response:
                reply = await response.json()
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise NotYet(f"{url} does not answer ({type(error).__name__})") from None
        if "error" in reply:
            raise RpcFailed(method, reply["error"])
        return cast("Json", reply["result"])

    async def text(self, url: str) -> tuple[int, str]:
        """Status and body of a GET. NotYet if nobody answers."""
        try:
            async with self._open.get(url) as response:
                return response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise NotYet(f"{url} does not answer ({type(error).__name__})") from None

    async def ready(self, url: str) -> None:
        """Return when /readyz says yes. NotYet with the failing checks."""
        status, body = await self.text(f"{url}/readyz")
        if status != 200:
            raise NotYet(f"{url} is not ready: {' '.join(body.split())[:200]}")

    async def all_ready(self, urls: list[str]) -> None:
        """All of them, asked at once."""
        await asyncio.gather(*[self.ready(url) for url in urls])

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("a Probe is used inside `async with`")
        return self._session
