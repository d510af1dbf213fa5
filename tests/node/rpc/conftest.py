"""A running RPC server over the small ledger, and a way to call it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.node.rpc.caller import Caller, Serving, serving


@pytest.fixture
async def server() -> AsyncIterator[Serving]:
    """The server, its node, its metrics."""
    async with serving() as running:
        yield running


@pytest.fixture
async def caller(server: Serving) -> AsyncIterator[Caller]:
    """Calls over one HTTP session."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        yield Caller(session)
