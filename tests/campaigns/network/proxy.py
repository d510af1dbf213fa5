"""The proxy process: `python -m tests.campaigns.network.proxy`, commands on standard input.

Node a finds node b at 127.77.(a+1).(b+1) on b's own port, so the address that was dialled says who
dialled whom. What a dialled and what b dialled are one link: its two directions have one weather
each, over all connections of the two.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys

import msgspec

from tests.campaigns.network.direction import Direction
from tests.campaigns.network.messages import Change, Command, Counters, Listen, Look, Reset
from tests.campaigns.network.pump import Connection

HOST = "127.0.0.1"
"""Where the nodes themselves listen."""
CONNECTIONS_MAX = 256
"""Proxied at once; further ones are closed. Twelve links need 24."""

_decode = msgspec.json.Decoder(Command).decode


def proxy_address(dialler: int, dialled: int) -> str:
    """Where a node finds a peer; both are indices in the order of names, from 0."""
    return f"127.77.{dialler + 1}.{dialled + 1}"


class Proxy:
    """All links of one network."""

    def __init__(self, listen: Listen) -> None:
        self._ports = listen.ports
        self._names = tuple(listen.ports)
        self._directions = {
            (one, other): Direction(random.Random(f"{listen.seed} {one} {other}"))
            for one in self._names
            for other in self._names
            if one != other
        }
        self._connections: dict[Connection, frozenset[str]] = {}
        self._servers: list[asyncio.Server] = []
        self._accepted = 0
        self._resets = 0

    async def start(self) -> None:
        """Listen for each directed pair. OSError if an address is taken."""
        for dialler, name in enumerate(self._names):
            for dialled, peer in enumerate(self._names):
                if name != peer:
                    await self._listen(name, peer, proxy_address(dialler, dialled))

    async def _listen(self, name: str, peer: str, host: str) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Cancelled when the process ends; asyncio would print that for each connection.
            with contextlib.suppress(asyncio.CancelledError):
                await self._serve(name, peer, (reader, writer))

        self._servers.append(await asyncio.start_server(serve, host, self._ports[peer]))

    def close(self) -> None:
        """Stop listening and cut everything."""
        for server in self._servers:
            server.close()
        for connection in list(self._connections):
            connection.reset()

    def do(self, command: Command) -> Counters:
        """One command."""
        match command:
            case Change(sender=sender, receiver=receiver, weather=weather):
                if self._directions[sender, receiver].change(weather):
                    self._reset(frozenset((sender, receiver)))
            case Reset(one=one, other=other):
                self._reset(frozenset((one, other)))
            case Listen() | Look():
                pass
        return self.counters()

    def counters(self) -> Counters:
        """Of the moment."""
        return Counters(
            directions={
                f"{sender}>{receiver}": direction.counters()
                for (sender, receiver), direction in self._directions.items()
            },
            accepted=self._accepted,
            resets=self._resets,
        )

    async def _serve(
        self,
        name: str,
        peer: str,
        dialler: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        if len(self._connections) >= CONNECTIONS_MAX:
            dialler[1].transport.abort()
            return
        try:
            dialled = await asyncio.open_connection(HOST, self._ports[peer])
        except OSError:
            dialler[1].transport.abort()
            return
        connection = Connection(
            dialler, dialled, self._directions[name, peer], self._directions[peer, name]
        )
        self._connections[connection] = frozenset((name, peer))
        self._accepted += 1
        try:
            await connection.run()
        finally:
            del self._connections[connection]

    def _reset(self, pair: frozenset[str]) -> None:
        for connection, ends in list(self._connections.items()):
            if ends == pair:
                connection.reset()
                self._resets += 1


async def serve() -> None:
    """Commands until standard input ends."""
    loop = asyncio.get_running_loop()
    first = _decode(await loop.run_in_executor(None, sys.stdin.readline))
    if not isinstance(first, Listen):
        raise TypeError("the first command is a listen")
    proxy = Proxy(first)
    await proxy.start()
    _answer(proxy.counters())
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        _answer(proxy.do(_decode(line)))
    proxy.close()


def _answer(counters: Counters) -> None:
    sys.stdout.write(msgspec.json.encode(counters).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
