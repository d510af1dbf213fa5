"""The node behind the explorer: one client for all pages, names kept for a moment."""

import asyncio

from node.explorer.ask import ROWS, Ask
from node.explorer.directory import Directory, directory_of
from node.explorer.failure import BadInput, TokenRefused
from node.explorer.show import Show
from node.explorer.witness import Witnesses
from node.sdk.client import Client
from node.sdk.errors import RpcFailed
from node.sdk.schema.chain import NetworkCard
from node.sdk.schema.node import NodeStatus, NodeVersion
from node.sdk.view_token import read_token
from tokens.bech32m import encode
from tokens.jsonform import JsonForm

FIRST_ANSWER_SECONDS = 5
"""A node that does not say where it is within this time is told as silent."""
NAMES_SECONDS = 15
"""How old names and digits may be. A new participant stands by its address until then."""


class Upstream:
    """One node, in one scope. `open`, then `close`. BadToken for what is no view token."""

    def __init__(self, url: str, view: str | None, witnesses: tuple[str, ...] = ()) -> None:
        self.url = url
        self._client = Client(url, view=view)
        self._token = None if view is None else read_token(view)
        self._witnesses = Witnesses(witnesses)
        self._version: NodeVersion | None = None
        self._directory: Directory | None = None
        self._learned_at = 0.0
        self._lock = asyncio.Lock()

    @property
    def card(self) -> NetworkCard | None:
        """Of the network, once the node has answered."""
        return None if self._directory is None else self._directory.card

    @property
    def reader(self) -> str:
        """Whose view it is, in words; empty for everybody's."""
        if self._token is None:
            return ""
        known = self._directory
        prefix = self._client.form.prefix
        if known is None:
            return encode(prefix, self._token.subject)
        show = Show(known, prefix)
        return show.name(self._token.subject) or show.address_text(self._token.subject)

    async def open(self) -> None:
        """Make the client; asks nothing yet, so that an explorer may start before its node."""
        await self._client.__aenter__()
        await self._witnesses.open()

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()
        await self._witnesses.close()

    async def ask(self, at: int | None, rows: int = ROWS) -> Ask:
        """For one page. RpcFailed, NodeUnreachable, TokenRefused; BadInput for a height to come."""
        async with asyncio.timeout(FIRST_ANSWER_SECONDS):
            status = await self._status()
        if at is not None and at > status.height:
            raise BadInput(f"height {at} is not decided yet; the newest one is {status.height}")
        names = await self._names()
        return Ask(self._client, status, names, self._witnesses, at=at, rows=rows)

    async def _status(self) -> NodeStatus:
        """Everybody may ask for it: who is refused has a token that is not taken."""
        try:
            if self._version is None:
                self._version = await self._client.call("node_version", of=NodeVersion)
                self._client.form = JsonForm(self._version.address_prefix)
            return await self._client.status()
        except RpcFailed as error:
            if self._token is not None and error.symbol == "UNAUTHORISED":
                raise TokenRefused from None
            raise

    async def _names(self) -> Directory:
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self._directory is None or now - self._learned_at > NAMES_SECONDS:
                self._directory = await directory_of(self._client)
                self._learned_at = now
            return self._directory
