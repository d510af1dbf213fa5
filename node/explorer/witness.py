"""Other nodes that are asked for one header: do they have the same block and state root?

Rules of this file:
1. A witness is asked in nobody's scope: the view token goes to the one node that it names.
2. Each has SECONDS; one that does not answer is told as such, and counts for nothing.
"""

import asyncio
from dataclasses import dataclass

from node.sdk.client import Client
from node.sdk.errors import NodeUnreachable, RpcFailed
from node.sdk.schema.chain import BlockHeader
from node.sdk.schema.node import NodeStatus
from tokens.jsonform import FormError, JsonForm

WITNESSES_MAX = 31
SECONDS = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What one witness said."""

    url: str
    node: str
    """Its id; empty if it did not answer."""
    height: int
    header: BlockHeader | None
    """Of the height that is compared; None: it has not got it, or said nothing."""


class Witnesses:
    """Clients of other nodes. `open`, then `close`."""

    def __init__(self, urls: tuple[str, ...]) -> None:
        self._clients = [Client(url) for url in urls]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._clients)

    async def open(self) -> None:
        """Make the clients; nothing is asked."""
        for client in self._clients:
            await client.__aenter__()

    async def close(self) -> None:
        """Close their connections."""
        for client in self._clients:
            await client.close()

    async def heard(self, prefix: str, newest: int) -> tuple[int, tuple[Heard, ...]]:
        """A height that all who answer have decided, `newest` at most; and their headers of it."""
        for client in self._clients:
            client.form = JsonForm(prefix)
        states = await asyncio.gather(*[_status(client) for client in self._clients])
        heights = [state.height for state in states if state is not None]
        common = min([newest, *heights])
        asked = zip(self._clients, states, strict=True)
        found = await asyncio.gather(*[_heard(client, state, common) for client, state in asked])
        return common, tuple(found)


async def _status(client: Client) -> NodeStatus | None:
    try:
        async with asyncio.timeout(SECONDS):
            return await client.status()
    except (NodeUnreachable, RpcFailed, FormError, TimeoutError):
        return None


async def _heard(client: Client, state: NodeStatus | None, height: int) -> Heard:
    if state is None:
        return Heard(client.url, "", 0, None)
    header: BlockHeader | None = None
    try:
        async with asyncio.timeout(SECONDS):
            header = await client.call("chain_getHeader", {"block": height}, of=BlockHeader)
    except (NodeUnreachable, RpcFailed, FormError, TimeoutError):
        pass
    return Heard(client.url, state.node_id, state.height, header)
