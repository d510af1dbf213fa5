"""An explorer over a node over the small ledger, all in this process."""

from collections.abc import AsyncIterator

import pytest

from tests.explorer.reader import Reader, reading
from tests.node.rpc.caller import Serving, serving


@pytest.fixture
async def node() -> AsyncIterator[Serving]:
    """A node over the small ledger, open to everybody."""
    async with serving() as running:
        yield running


@pytest.fixture
async def reader(node: Serving) -> AsyncIterator[Reader]:
    """Somebody who looks at the pages of an explorer over it."""
    async with reading(node.port) as made:
        yield made
