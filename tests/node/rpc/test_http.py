"""Around the calls: content types, request ids, health, readiness, metrics, connection limits."""

import asyncio
import json

import aiohttp
import pytest
from structlog.contextvars import get_contextvars

from node.rpc import dispatch as dispatch_module
from node.rpc import front as front_module
from node.rpc import server as server_module
from node.rpc.config import RpcConfig
from tests.node.rpc.caller import Caller, Serving, serving

BODY = '{"jsonrpc":"2.0","id":1,"method":"node_version"}'


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "deflate"},
    ],
)
async def test_other_bodies_than_plain_json_are_refused(
    caller: Caller, headers: dict[str, str]
) -> None:
    status, reply = await caller.raw(BODY, **headers)
    assert status == 415
    assert isinstance(reply, dict)
    assert reply["error"]["data"]["symbol"] == "INVALID_REQUEST"


async def test_a_request_id_comes_back_or_is_made(caller: Caller) -> None:
    headers = {"X-Request-Id": "abc-123"}
    async with caller.session.get("/healthz", headers=headers) as response:
        assert response.headers["X-Request-Id"] == "abc-123"
    async with caller.session.get("/healthz", headers={"X-Request-Id": "a b\tc"}) as response:
        assert len(response.headers["X-Request-Id"]) == 16


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 405), ("POST", "/ws", 405), ("GET", "/x", 404)]
)
async def test_other_paths_are_refused_with_an_error_body(
    caller: Caller, method: str, path: str, status: int
) -> None:
    async with caller.session.request(method, path) as response:
        assert response.status == status
        assert "error" in await response.json()


async def test_nothing_allows_other_origins_to_read(caller: Caller) -> None:
    headers = {"Origin": "https://a.example"}
    async with caller.session.post("/", json={}, headers=headers) as response:
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


async def test_alive_and_ready(caller: Caller, server: Serving) -> None:
    async with caller.session.get("/healthz") as response:
        assert (response.status, await response.json()) == (200, {"alive": True})
    async with caller.session.get("/readyz") as response:
        assert (response.status, await response.json()) == (200, {"ready": True, "failing": []})
    server.node.connected = 1
    server.node.halted = "the roots differ"
    async with caller.session.get("/readyz") as response:
        assert response.status == 503
        assert (await response.json())["failing"] == ["not_halted", "quorum_reachable"]
    health = await caller.result("node_health")
    assert isinstance(health, dict)
    assert health["ready"] is False


async def test_metrics_follow_the_node(caller: Caller, server: Serving) -> None:
    await caller.result("node_version")
    await caller.error("asset_get", {"asset": "NONE"})
    server.node.decide()
    async with caller.session.get("/metrics") as response:
        text = await response.text()
    assert "consensus_height 3.0" in text
    assert "consensus_validators 4.0" in text
    assert 'rpc_calls_total{method="node_version",outcome="OK"} 1.0' in text
    assert 'rpc_calls_total{method="asset_get",outcome="NOT_FOUND"} 1.0' in text
    assert "p2p_peers 3.0" in text


async def test_an_unknown_method_makes_no_label(caller: Caller) -> None:
    await caller.error("evil_label_1")
    async with caller.session.get("/metrics") as response:
        text = await response.text()
    assert "evil" not in text
    assert 'method="unknown",outcome="METHOD_NOT_FOUND"' in text


async def test_connections_above_the_limit_are_turned_away() -> None:
    async with serving(RpcConfig(connections_max=2)) as running:
        held = [await asyncio.open_connection("127.0.0.1", running.port) for _ in range(2)]
        for reader, writer in held:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        assert (await reader.readline()).startswith(b"HTTP/1.1 503")
        for _, each in [*held, (reader, writer)]:
            each.close()
            await each.wait_closed()


async def test_one_address_holds_half_of_the_connections_at_most() -> None:
    """200 connections that say nothing kept everybody else out."""
    async with serving(RpcConfig(connections_max=4, connections_per_address_max=2)) as running:
        held = [await asyncio.open_connection("127.0.0.1", running.port) for _ in range(2)]
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        assert (await reader.readline()).startswith(b"HTTP/1.1 503")
        writer.close()
        other, another = await asyncio.open_connection(
            "127.0.0.1", running.port, local_addr=("127.0.0.2", 0)
        )
        another.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await other.readline()).startswith(b"HTTP/1.1 200")
        for _, each in [*held, (other, another)]:
            each.close()
            await each.wait_closed()


async def test_a_connection_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_module, "FIRST_REQUEST_SECONDS", 0.05)
    async with serving() as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: loc")
        with pytest.raises(ConnectionError):
            await read_to_end(reader)
        writer.close()


async def read_to_end(reader: asyncio.StreamReader) -> None:
    """An aborted connection ends in a reset or in nothing."""
    if not await reader.read():
        raise ConnectionResetError


async def test_a_body_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "BODY_SECONDS", 0.05)
    async with serving() as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50\r\n\r\n{"
        )
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        writer.close()
        await writer.wait_closed()


async def test_waiting_for_finality(caller: Caller, server: Serving) -> None:
    waiting = next(iter(server.node.pool.values()))
    params = {"transaction": "0x" + waiting.data.hex(), "timeoutMs": 20_000}
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(caller.result("tx_submitAndWait", params))
        await server.node.until(lambda: server.node.waiters)
        server.node.decide()
    receipt = answer.result()
    assert isinstance(receipt, dict)
    assert (receipt["height"], receipt["status"]) == (3, "success")


async def test_a_wait_that_is_over_names_the_transaction(caller: Caller, server: Serving) -> None:
    waiting = next(iter(server.node.pool.values()))
    params = {"transaction": "0x" + waiting.data.hex(), "timeoutMs": 1}
    reply = await caller.reply("tx_submitAndWait", params)
    error = reply["error"]
    assert isinstance(error, dict)
    assert error["code"] == 4
    assert error["data"]["txId"] == "0x" + waiting.tx_id.hex()
    assert error["data"]["retryable"] is True


async def test_waits_of_a_batch_share_one_limit(
    caller: Caller, server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch_module, "WAIT_SECONDS", 0.02)
    waiting = next(iter(server.node.pool.values()))
    params = {"transaction": "0x" + waiting.data.hex(), "timeoutMs": 30_000}
    request = {"jsonrpc": "2.0", "id": 1, "method": "tx_submitAndWait", "params": params}
    _, replies = await caller.raw(json.dumps([request, {**request, "id": 2}, {"jsonrpc": "2.0"}]))
    assert isinstance(replies, list)
    assert [(one["id"], one["error"]["data"]["symbol"]) for one in replies] == [
        (1, "LIMIT_EXCEEDED"),
        (2, "LIMIT_EXCEEDED"),
        (None, "INVALID_REQUEST"),
    ]


async def test_the_request_id_is_in_the_logs(
    caller: Caller, server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    def fail() -> None:
        seen.append(get_contextvars().get("request_id"))
        raise ZeroDivisionError

    monkeypatch.setattr(server.node, "node_state", fail)
    await caller.raw('{"jsonrpc":"2.0","id":1,"method":"node_status"}', **{"X-Request-Id": "abc"})
    assert seen == ["abc"]


async def test_the_document_is_served(caller: Caller) -> None:
    async with caller.session.get("/openrpc.json") as response:
        assert await response.json() == await caller.result("rpc.discover")


async def test_stop_ends_connections() -> None:
    async with serving() as running, aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"http://127.0.0.1:{running.port}/ws")
        await running.server.stop()
        message = await socket.receive()
        assert message.type is aiohttp.WSMsgType.CLOSE
        await socket.close()
