"""The whole way: HTTP, the real server, a real chain; and servers that talk junk."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from aiohttp import web

from node.devnet.cast import BANK_1_ACCOUNT, MONEY
from node.sdk.client import Client, connect
from node.sdk.errors import NodeUnreachable, RpcFailed
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Unproven
from node.sdk.light.source import RpcSource
from tests.node.rpc.caller import serving
from tests.node.rpc.fake_node import FakeNode
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import api_of
from tests.node.sdk.light.test_follow import anchor_at
from tokens.jsonform import PREFIX_TEST


async def test_from_genesis_to_a_balance_and_a_receipt(history: History) -> None:
    node = cast("FakeNode", api_of(history.chain))
    async with (
        serving(node=node) as running,
        connect(f"http://127.0.0.1:{running.port}") as client,
    ):
        light = LightClient(RpcSource(client), anchor_at(history, 0))
        found = await light.balance(MONEY, BANK_1_ACCOUNT.address)
        assert found.height == history.height
        block = history.chain.blocks.block(4)
        assert block is not None
        tx_id = block.receipts[0].tx_id
        assert (await light.receipt(tx_id)).value == block.receipts[0]
        assert (await light.transaction(tx_id)).value.data == block.transactions[0]
        await light.compare(RpcSource(client))


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[Client]:
    """A server that says the same to everything."""
    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with Client(f"http://127.0.0.1:{port}", prefix=PREFIX_TEST) as client:
            yield client
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"jsonrpc": "2.0", "id": 1}',
        b'{"jsonrpc": "2.0", "id": [], "result": 1}',
        b'{"jsonrpc": "2.0", "id": null, "result": {"height": 1e400}}',
        b'{"jsonrpc": "2.0", "id": null, "result": {"height": 99999999999999999999999}}',
        b'{"jsonrpc": "2.0", "id": null, "error": {"code": "x", "data": {"txId": "0xzz"}}}',
        b'{"jsonrpc": "2.0", "id": null, "error": {"code": 1, "data": []}}',
        b'{"jsonrpc": "2.0", "id": null, "error": {"message": {"a": 1}, "data": {"txId": "0"}}}',
    ],
)
async def test_any_body_ends_in_a_named_error(history: History, body: bytes) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    async with answering(answer) as client:
        light = LightClient(RpcSource(client), anchor_at(history, 0))
        for ask in (
            light.sync(),
            light.block(5),
            light.balance(MONEY, BANK_1_ACCOUNT.address),
            light.receipt(bytes(32)),
            light.transaction(bytes(32)),
            light.compare(RpcSource(client)),
        ):
            try:
                await ask
            except (Unproven, RpcFailed, NodeUnreachable):
                continue
        assert light.anchor == anchor_at(history, 0)
