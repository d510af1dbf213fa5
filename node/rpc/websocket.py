"""One WebSocket: the same calls as over HTTP, and subscriptions.

Rules of this file:
1. A reader that does not keep up is closed with 1013, never waited for and never told half.
2. One task per subscription and per call under way, all in one TaskGroup: they end together.
3. Heights of a subscription are without gap: replay from the store, then the feed, then the gap
   between both from the store again.
"""

import asyncio
from collections.abc import Iterator

import msgspec
from aiohttp import WSMsgType, web

from node.api import NodeApi, StoredBlock
from node.metrics import RpcMetrics
from node.rpc.access import RateLimited
from node.rpc.dispatch import Dispatcher
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Caller
from node.rpc.scoped_results import seen, sender_in
from node.rpc.view import View
from node.rpc.views import block_header_view, receipt_view
from node.sdk.schema.chain import BlockHeader
from node.sdk.schema.sub import (
    SUBSCRIPTIONS_MAX,
    Filter,
    SubscribeParams,
    Subscription,
    TxEvent,
)
from tokens.codec import encode
from tokens.jsonform import Json, JsonForm
from tokens.results import Receipt

QUEUE_MESSAGES_MAX = 1_000
QUEUE_BYTES_MAX = 8 * 1024 * 1024
FEED_BLOCKS_MAX = 256
CALLS_MAX = 16
"""Calls of one connection under way; the next message is read when one is done."""
TRY_AGAIN_LATER = 1013
POLICY = 1008
CLOSE_SECONDS = 3

_encode = msgspec.json.Encoder().encode


class TooSlow(Exception):
    """The client does not read what it subscribed to."""


class Connection:
    """Implements `node.rpc.method.Session` over one socket."""

    def __init__(
        self,
        api: NodeApi,
        form: JsonForm,
        request: web.Request,
        socket: web.WebSocketResponse,
        metrics: RpcMetrics,
    ) -> None:
        self.caller: Caller | None = None
        """Set before `serve`: subscriptions show what it may see."""
        self._request = request
        self._api = api
        self._socket = socket
        self._metrics = metrics
        self._write_header = form.writer(BlockHeader)
        self._write_receipt = form.writer(TxEvent)
        self._out: asyncio.Queue[bytes] = asyncio.Queue(maxsize=QUEUE_MESSAGES_MAX)
        self._out_bytes = 0
        self._room = asyncio.Event()
        self._waiting: list[tuple[object, int, SubscribeParams, int]] = []
        """(task of the call, number, params, first height) of what its reply will begin."""
        self._running: dict[int, asyncio.Task[None]] = {}
        self._last_number = 0

    # --- Session ---------------------------------------------------------------------------------

    def subscribe(self, params: SubscribeParams, next_height: int) -> Subscription:
        """Register; it starts after its own reply is queued."""
        if len(self._running) + len(self._waiting) >= SUBSCRIPTIONS_MAX:
            message = f"a connection has at most {SUBSCRIPTIONS_MAX} subscriptions"
            raise RpcError(RpcCode.LIMIT_EXCEEDED, message)
        self._last_number += 1
        start = next_height if params.from_height is None else params.from_height
        self._waiting.append((asyncio.current_task(), self._last_number, params, start))
        return Subscription(subscription=self._last_number, from_height=start)

    def unsubscribe(self, number: int) -> bool:
        """End one."""
        task = self._running.pop(number, None)
        if task is not None:
            task.cancel()
        return task is not None

    # --- the connection --------------------------------------------------------------------------

    async def serve(self, dispatcher: Dispatcher, caller: Caller) -> None:
        """Until the client goes, is too slow, or the node stops."""
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write())
                await self._read(dispatcher, caller, tasks)
                for task in self._running.values():
                    task.cancel()
                writer.cancel()
        except* TooSlow:
            self._metrics.subscribers_dropped.inc()
            await self._close_slow()
        except* RpcError:
            await self._socket.close(code=POLICY, message=b"the view token holds no longer")
        except* ConnectionError:
            self._out_bytes = 0

    async def _close_slow(self) -> None:
        """Say 1013 if the client takes at least that, else drop it."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code=TRY_AGAIN_LATER, message=b"read faster, then replay")
        except TimeoutError:
            transport = self._request.transport
            if transport is not None:
                transport.abort()

    async def _read(self, dispatcher: Dispatcher, caller: Caller, tasks: asyncio.TaskGroup) -> None:
        free = asyncio.Semaphore(CALLS_MAX)
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                await self._socket.close(code=1003, message=b"text only")
                return
            await free.acquire()
            tasks.create_task(self._answer(message.data.encode(), dispatcher, caller, tasks, free))

    async def _answer(
        self,
        body: bytes,
        dispatcher: Dispatcher,
        caller: Caller,
        tasks: asyncio.TaskGroup,
        free: asyncio.Semaphore,
    ) -> None:
        try:
            reply = await dispatcher.handle(body, caller)
        except RateLimited:
            error = RpcError(RpcCode.LIMIT_EXCEEDED, "too many calls").to_json()
            reply = _encode({"jsonrpc": "2.0", "id": None, "error": error})
        finally:
            free.release()
        if reply is not None:
            self._put(reply)
        own = asyncio.current_task()
        begun = [each for each in self._waiting if each[0] is own]
        self._waiting = [each for each in self._waiting if each[0] is not own]
        for _, number, params, start in begun:
            self._running[number] = tasks.create_task(self._report(number, params, start))

    async def _write(self) -> None:
        while True:
            message = await self._out.get()
            await self._socket.send_str(message.decode())
            self._out_bytes -= len(message)
            self._room.set()

    def _put(self, message: bytes) -> None:
        if self._out.full() or self._out_bytes + len(message) > QUEUE_BYTES_MAX:
            raise TooSlow
        self._out_bytes += len(message)
        self._out.put_nowait(message)

    # --- subscriptions ---------------------------------------------------------------------------

    async def _report(self, number: int, params: SubscribeParams, start: int) -> None:
        sequence = 0
        following = start
        while following <= self._api.tip().height:
            for event in self._events(params, following):
                sequence += 1
                await self._send_replay(_notification(number, sequence, following, event))
            following += 1
        # No await since the last look at the tip: the feed begins where the replay ended.
        feed = self._api.subscribe_blocks(FEED_BLOCKS_MAX)
        try:
            while not (feed.overflowed and feed.queue.empty()):
                block = await feed.queue.get()
                for height in range(following, block.header.height + 1):
                    for event in self._events(params, height):
                        sequence += 1
                        self._put(_notification(number, sequence, height, event))
                following = max(following, block.header.height + 1)
            raise TooSlow
        finally:
            feed.close()

    async def _send_replay(self, message: bytes) -> None:
        """A replay goes at the client's pace: it is not the feed that would wait."""
        while self._out.full() or self._out_bytes + len(message) > QUEUE_BYTES_MAX:
            self._room.clear()
            await self._room.wait()
        self._put(message)
        await asyncio.sleep(0)

    def _events(self, params: SubscribeParams, height: int) -> Iterator[Json]:
        block = self._api.block(height)
        if block is None:
            return
        if params.topic == "blocks":
            yield self._write_header(block_header_view(block))
            return
        view = self._view()
        for index, receipt in enumerate(block.receipts):
            if view.is_open:
                if matches(params.filter, block, index):
                    yield self._write_receipt(TxEvent(receipt=receipt_view(receipt)))
                continue
            shown = seen(view, receipt, sender_in(block, index))
            if shown is not None and names(params.filter, shown):
                yield self._write_receipt(TxEvent(receipt=receipt_view(shown)))

    def _view(self) -> View:
        """The caller's, on the newest state: a key that was replaced is told nothing more."""
        if self.caller is None:
            raise RuntimeError("a connection without a caller")
        api = self._api
        return self.caller.view(api, lambda: (api.state(), api.tip().height))


def matches(wanted: Filter | None, block: StoredBlock, index: int) -> bool:
    """Whether a receipt is asked for. 16 random bytes found in a transaction name the address."""
    if wanted is None:
        return True
    receipt = block.receipts[index]
    if wanted.tx_id is not None and wanted.tx_id != receipt.tx_id:
        return False
    if wanted.address is None:
        return True
    if index < len(block.transactions) and wanted.address in block.transactions[index]:
        return True
    return wanted.address in encode(receipt)


def names(wanted: Filter | None, receipt: Receipt) -> bool:
    """`matches` on what a closed view shows: a filter must not find what is blotted out."""
    if wanted is None:
        return True
    if wanted.tx_id is not None and wanted.tx_id != receipt.tx_id:
        return False
    return wanted.address is None or wanted.address in encode(receipt)


def _notification(number: int, sequence: int, height: int, result: Json) -> bytes:
    return _encode(
        {
            "jsonrpc": "2.0",
            "method": "sub_event",
            "params": {
                "subscription": number,
                "seq": sequence,
                "height": height,
                "result": result,
            },
        }
    )
