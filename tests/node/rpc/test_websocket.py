"""Subscriptions: replay without gap, filters, limits, and readers that do not keep up."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from node.rpc import websocket as websocket_module
from node.sdk.schema.sub import SUBSCRIPTIONS_MAX, Filter
from tests.node.rpc.caller import Serving
from tests.node.rpc.small_ledger import ALICE, BOB, signed, small_node, transaction
from tokens.bech32m import encode as address_text

Socket = aiohttp.ClientWebSocketResponse


@pytest.fixture
async def socket(server: Serving) -> AsyncIterator[Socket]:
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session,
        session.ws_connect("/ws") as opened,
    ):
        yield opened


async def call(socket: Socket, method: str, params: object = None) -> dict[str, object]:
    """Reply of a call; events that come before it fail the test."""
    request = {"jsonrpc": "2.0", "id": 9, "method": method, "params": params or {}}
    await socket.send_json(request)
    reply = await socket.receive_json(timeout=10)
    assert isinstance(reply, dict)
    assert reply.get("id") == 9, reply
    return reply


async def event(socket: Socket) -> tuple[int, int, int, dict[str, object]]:
    """(subscription, seq, height, result) of the next event."""
    message = await socket.receive_json(timeout=10)
    assert message["method"] == "sub_event"
    params = message["params"]
    return params["subscription"], params["seq"], params["height"], params["result"]


async def started(server: Serving, count: int = 1) -> None:
    """Until so many feeds are open."""
    await server.node.until(lambda: len(server.node.feeds) >= count)


async def test_any_call_works_over_the_socket(socket: Socket) -> None:
    reply = await call(socket, "node_status")
    assert reply["result"]["height"] == 2  # type: ignore[index]


async def test_blocks_are_told_as_they_are_decided(socket: Socket, server: Serving) -> None:
    reply = await call(socket, "sub_subscribe", {"topic": "blocks"})
    assert reply["result"] == {"subscription": 1, "fromHeight": 3}
    await started(server)
    first, second = server.node.decide(), server.node.decide()
    for number, block in enumerate((first, second), start=1):
        subscription, sequence, height, result = await event(socket)
        assert (subscription, sequence, height) == (1, number, number + 2)
        assert result["hash"] == "0x" + block.digest.hex()


async def test_a_replay_goes_on_without_a_gap(socket: Socket, server: Serving) -> None:
    await call(socket, "sub_subscribe", {"topic": "blocks", "fromHeight": 1})
    await started(server)
    server.node.decide()
    seen = [(await event(socket))[1:3] for _ in range(3)]
    assert seen == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize("height", [0, 4, 10_000])
async def test_a_replay_begins_at_a_height_that_exists(socket: Socket, height: int) -> None:
    reply = await call(socket, "sub_subscribe", {"topic": "blocks", "fromHeight": height})
    assert reply["error"]["data"]["symbol"] == "INVALID_INPUT"  # type: ignore[index]


async def test_one_transaction_is_told_once(socket: Socket, server: Serving) -> None:
    wanted = signed(transaction(70))
    params = {"topic": "txs", "filter": {"txId": "0x" + wanted.tx_id.hex()}}
    await call(socket, "sub_subscribe", params)
    await started(server)
    server.node.decide()
    server.node.pool.update({one.tx_id: one for one in (signed(transaction(71)), wanted)})
    server.node.decide()
    subscription, sequence, height, result = await event(socket)
    assert (subscription, sequence, height) == (1, 1, 4)
    assert result["receipt"]["index"] == 1  # type: ignore[index]


async def test_an_address_is_told_of_what_names_it_even_if_it_failed(
    socket: Socket, server: Serving
) -> None:
    for address in (bytes(16), BOB):
        shown = address_text("tmhr", address)
        params = {"topic": "txs", "filter": {"address": shown}, "fromHeight": 1}
        await call(socket, "sub_subscribe", params)
    seen = [(await event(socket))[2:] for _ in range(3)]
    assert [height for height, _ in seen] == [1, 2, 2]
    failed = seen[2][1]["receipt"]
    assert failed["symbol"] == "INSUFFICIENT_AVAILABLE"  # type: ignore[index]
    assert (await call(socket, "node_version"))["result"]


async def test_unsubscribe_ends_it(socket: Socket, server: Serving) -> None:
    await call(socket, "sub_subscribe", {"topic": "blocks"})
    await started(server)
    assert (await call(socket, "sub_unsubscribe", [1]))["result"] is True
    await server.node.until(lambda: not server.node.feeds)
    server.node.decide()
    reply = await call(socket, "sub_unsubscribe", [1])
    assert reply["error"]["data"]["symbol"] == "NOT_FOUND"  # type: ignore[index]


async def test_a_connection_has_a_limited_number(socket: Socket) -> None:
    for _ in range(SUBSCRIPTIONS_MAX):
        assert "result" in await call(socket, "sub_subscribe", {"topic": "blocks"})
    reply = await call(socket, "sub_subscribe", {"topic": "blocks"})
    assert reply["error"]["data"]["symbol"] == "LIMIT_EXCEEDED"  # type: ignore[index]


@pytest.mark.parametrize(
    "params",
    [
        {"topic": "gossip"},
        {"topic": "blocks", "filter": {"address": address_text("tmhr", ALICE)}},
        {"topic": "txs", "filter": {"colour": 1}},
        {},
    ],
)
async def test_what_cannot_be_subscribed_is_refused(
    socket: Socket, params: dict[str, object]
) -> None:
    assert "error" in await call(socket, "sub_subscribe", params)


async def test_a_slow_reader_is_closed_with_1013(
    socket: Socket, server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket_module, "QUEUE_BYTES_MAX", 2_000)
    await call(socket, "sub_subscribe", {"topic": "blocks"})
    await started(server)
    for _ in range(10):
        server.node.decide()  # without a turn of the loop, so nothing is sent in between
    while (message := await socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
        pass
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1013)
    await server.node.until(lambda: not server.node.feeds)
    assert server.metrics.rpc.subscribers_dropped._value.get() == 1


async def test_a_feed_that_overflows_is_closed_with_1013(
    socket: Socket, server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket_module, "FEED_BLOCKS_MAX", 2)
    await call(socket, "sub_subscribe", {"topic": "blocks"})
    await started(server)
    for _ in range(5):
        server.node.decide()
    while (message := await socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
        pass
    assert message.data == 1013


async def test_the_end_of_a_connection_closes_its_feeds(server: Serving) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        async with session.ws_connect("/ws") as opened:
            await call(opened, "sub_subscribe", {"topic": "blocks"})
            await started(server)
        await server.node.until(lambda: not server.node.feeds)


async def test_a_subscription_begins_after_its_own_reply(socket: Socket, server: Serving) -> None:
    """The reply to another call began it: events came for a number that nobody knew yet."""
    waiting = next(iter(server.node.pool.values()))
    params = {"transaction": "0x" + waiting.data.hex(), "timeoutMs": 20_000}
    await socket.send_json(
        [
            {"jsonrpc": "2.0", "id": 1, "method": "sub_subscribe", "params": {"topic": "blocks"}},
            {"jsonrpc": "2.0", "id": 2, "method": "tx_submitAndWait", "params": params},
        ]
    )
    await server.node.until(lambda: bool(server.node.waiters))
    await call(socket, "node_status")
    await call(socket, "node_status")
    assert not server.node.feeds
    server.node.decide()
    replies = await socket.receive_json(timeout=10)
    assert [reply["id"] for reply in replies] == [1, 2]
    assert (await event(socket))[:3] == (1, 1, 3)


async def test_clients_that_do_not_say_goodbye_hold_up_the_end_once(server: Serving) -> None:
    """Each was waited for alone, two seconds: a node with a hundred of them took minutes to end."""
    together = asyncio.Barrier(3)

    class Mute:
        async def close(self, *, code: int, message: bytes) -> None:
            assert (code, message) == (1001, b"the node stops")
            await together.wait()

    mutes = [Mute() for _ in range(together.parties)]
    server.server._sockets.update(mutes)  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(5):
            await server.server.stop()
    finally:
        server.server._sockets.clear()


async def test_binary_messages_are_refused(socket: Socket) -> None:
    await socket.send_bytes(b"{}")
    message = await socket.receive(timeout=10)
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1003)


async def test_an_oversized_message_is_refused(socket: Socket) -> None:
    await socket.send_str("x" * (1024 * 1024 + 1))
    message = await socket.receive(timeout=10)
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1009)


async def test_subscriptions_need_the_socket(server: Serving) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        request = {"jsonrpc": "2.0", "id": 1, "method": "sub_subscribe", "params": ["blocks"]}
        async with session.post("/", json=request) as response:
            reply = await response.json()
    assert reply["error"]["data"]["symbol"] == "METHOD_DISABLED"


def test_a_filter_is_all_of_what_it_says() -> None:
    block = small_node().blocks[1]
    first = block.receipts[0].tx_id
    assert websocket_module.matches(Filter(tx_id=first, address=ALICE), block, 0)
    assert not websocket_module.matches(Filter(tx_id=first, address=ALICE), block, 1)
    assert not websocket_module.matches(Filter(tx_id=first, address=bytes(16)), block, 0)
