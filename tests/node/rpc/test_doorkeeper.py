"""Who may hold a connection, and how long who may not waits for his refusal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from node.rpc import doorkeeper
from node.rpc.config import RpcConfig
from tests.node.rpc.caller import Serving, serving

ASK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
ONE_EACH = RpcConfig(connections_max=4, connections_per_address_max=1)

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def client(running: Serving, address: str = "127.0.0.1") -> AsyncIterator[Client]:
    """A connection from an address of the loopback."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", running.port, local_addr=(address, 0)
    )
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def is_served(given: Client) -> bool:
    """Whether a request gets its answer."""
    reader, writer = given
    writer.write(ASK)
    return (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")


async def test_a_refusal_is_told_late_and_nobody_else_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Refused at once, an attacker opened hundreds of connections a second."""
    monkeypatch.setattr(doorkeeper, "HELD_SECONDS", 3_600)
    async with (
        serving(ONE_EACH) as running,
        client(running) as first,
        client(running) as second,
        asyncio.TaskGroup() as group,
    ):
        assert await is_served(first)
        refused = group.create_task(second[0].readline())
        second[1].write(ASK)
        async with client(running, "127.0.0.2") as other:
            assert await is_served(other)
        assert await is_served(first)
        assert not refused.done()
        # A node that stops tells everybody.
        await running.server.stop()
        assert (await refused).startswith(b"HTTP/1.1 503")


async def test_above_a_bound_who_waited_longest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorkeeper, "HELD_SECONDS", 3_600)
    monkeypatch.setattr(doorkeeper, "HELD_MAX", 1)
    async with (
        serving(ONE_EACH) as running,
        client(running) as first,
        client(running) as second,
    ):
        assert await is_served(first)
        async with client(running):
            assert (await second[0].readline()).startswith(b"HTTP/1.1 503")


async def test_connections_that_are_gone_count_no_more() -> None:
    """One after the other, an address opens as many as it likes."""
    two_each = RpcConfig(connections_max=4, connections_per_address_max=2)
    async with serving(two_each) as running, client(running) as held:
        assert await is_served(held)
        for _ in range(20):
            async with client(running) as each:
                assert await is_served(each)
                each[1].close()
                await each[1].wait_closed()
            # Answered after the server saw the end of the connection before.
            assert await is_served(held)
