"""A typed client of one node: calls, batches, subscriptions.

Rules of this file:
1. Whatever the node sends is read by the same strict JSON form that the server writes.
2. A refusal is RpcFailed, silence is NodeUnreachable: after the second one, send the same bytes
   again; that is safe, because the sender chose client_ref and valid_until.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self, TypeVar, cast

import aiohttp
import msgspec

from node.sdk.errors import NodeUnreachable, RpcFailed
from node.sdk.schema import common, node
from node.sdk.schema.sub import Filter, SubscribeParams
from node.sdk.view_token import HEADER
from tokens.jsonform import PREFIX_MAIN, Json, JsonForm

T = TypeVar("T")

TIMEOUT_SECONDS = 40
"""Longer than the longest wait that a node allows."""
REPLY_BYTES_MAX = 16 * 1024 * 1024

Call = tuple[str, object, object]
"""(method, params, type of the result)."""


class Client:
    """One node behind one URL. An async context manager; `connect` asks the node for the prefix."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str = PREFIX_MAIN,
        api_key: str | None = None,
        view: str | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.form = JsonForm(prefix)
        self._headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        if view is not None:
            self._headers[HEADER] = view
        self._session: aiohttp.ClientSession | None = None
        self._ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS), headers=self._headers
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, method: str, params: object = None, *, of: type[T]) -> T:
        """Typed result of a method that answers without a context. RpcFailed, NodeUnreachable."""
        return cast("T", self.form.from_json(of, await self.raw(method, params)))

    async def read(
        self, method: str, params: object = None, *, of: type[T], **options: Json
    ) -> common.StateRead[T]:
        """Context, value and proof of a read of state; options: minHeight, prove, atHeight."""
        given = self._params(params)
        if not isinstance(given, dict):
            raise TypeError("options need params by name")
        answer = await self.raw(method, {**given, **options})
        of_read = common.StateRead[of]  # type: ignore[valid-type]
        return cast("common.StateRead[T]", self.form.from_json(of_read, answer))

    async def raw(self, method: str, params: object = None) -> Json:
        """Result as JSON values. RpcFailed, NodeUnreachable."""
        request = self._request(method, params)
        reply = await self._post(request)
        if not isinstance(reply, dict) or reply.get("id") not in (request["id"], None):
            raise NodeUnreachable(f"{self.url}: the answer is not to this request")
        return _result(method, reply)

    async def batch(self, calls: list[Call]) -> list[object]:
        """Typed results in order; a failed one is its RpcFailed, as a value. At most 50."""
        requests = [self._request(method, params) for method, params, _ in calls]
        reply = await self._post(requests)
        if isinstance(reply, dict):
            _result("batch", reply)
        by_id = {
            entry.get("id"): entry
            for entry in (reply if isinstance(reply, list) else [])
            if isinstance(entry, dict)
        }
        out: list[object] = []
        for request, (method, _, of) in zip(requests, calls, strict=True):
            entry = by_id.get(request["id"])
            if entry is None:
                raise NodeUnreachable(f"{self.url}: an item of the batch has no answer")
            try:
                out.append(self.form.from_json(of, _result(method, entry)))
            except RpcFailed as error:
                out.append(error)
        return out

    @asynccontextmanager
    async def subscription(
        self, topic: str, wanted: Filter | None = None, from_height: int | None = None
    ) -> AsyncIterator[AsyncIterator[tuple[int, Json]]]:
        """(height, result) of each event of a topic, without gap, until the block is left.

        Read JSON results with `form`: BlockHeader for blocks, TxEvent for txs. NodeUnreachable when
        the connection ends; begin again with the height after the last one seen.
        """
        params = SubscribeParams(topic=topic, filter=wanted, from_height=from_height)
        try:
            async with self._open.ws_connect(f"{self.url}/ws", heartbeat=20) as socket:
                await socket.send_json(self._request("sub_subscribe", params))
                reply = await socket.receive_json()
                _result("sub_subscribe", reply)
                yield _events(socket)
        except aiohttp.ClientError as error:
            raise NodeUnreachable(f"{self.url} does not answer ({type(error).__name__})") from error

    async def status(self) -> node.NodeStatus:
        """Where the node is."""
        return await self.call("node_status", of=node.NodeStatus)

    # --- inside ----------------------------------------------------------------------------------

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("a Client is used inside `async with`")
        return self._session

    def _params(self, params: object) -> Json:
        if params is None:
            return {}
        if isinstance(params, msgspec.Struct):
            return self.form.to_json(params)
        return cast("Json", params)

    def _request(self, method: str, params: object) -> dict[str, Json]:
        return {
            "jsonrpc": "2.0",
            "id": next(self._ids),
            "method": method,
            "params": self._params(params),
        }

    async def _post(self, body: object) -> Json:
        try:
            async with self._open.post(
                self.url,
                data=msgspec.json.encode(body),
                headers={"Content-Type": "application/json"},
            ) as response:
                data = await response.content.read(REPLY_BYTES_MAX)
                while not response.content.at_eof() and len(data) < REPLY_BYTES_MAX:
                    data += await response.content.read(REPLY_BYTES_MAX - len(data))
            return cast("Json", msgspec.json.decode(data))
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise NodeUnreachable(f"{self.url} does not answer ({type(error).__name__})") from error
        except (msgspec.DecodeError, RecursionError):
            raise NodeUnreachable(f"{self.url}: the answer is no JSON") from None


@asynccontextmanager
async def connect(
    url: str, *, api_key: str | None = None, view: str | None = None
) -> AsyncIterator[Client]:
    """A client under the address prefix that the node itself uses; `view`: a view token."""
    async with Client(url, api_key=api_key, view=view) as client:
        version = await client.call("node_version", of=node.NodeVersion)
        client.form = JsonForm(version.address_prefix)
        yield client


async def _events(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[tuple[int, Json]]:
    async for message in socket:
        event = msgspec.json.decode(message.data)
        if event.get("method") == "sub_event":
            yield event["params"]["height"], event["params"]["result"]
    raise NodeUnreachable(f"the subscription ended with code {socket.close_code}")


def _result(method: str, reply: dict[str, Json]) -> Json:
    error = reply.get("error")
    if isinstance(error, dict):
        raise RpcFailed(method, error)
    return reply.get("result")
