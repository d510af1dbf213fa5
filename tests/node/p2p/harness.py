"""Nodes that are nothing but a transport, and peers that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Callable

from node.p2p.peers import PeerAddress, PeerLimits
from node.p2p.tls import Credentials, client_context, make_credentials
from node.p2p.transport import Transport
from node.signing import dev_seed
from node.wire.framing import frame
from node.wire.peer_messages import Hello, PeerMessage, encode_message

NOW = datetime.datetime.now(datetime.UTC)
"""Certificates are checked by OpenSSL against the clock of the machine, so they are made for it."""
GENESIS = bytes(range(32))
LIMITS = PeerLimits(
    handshake_timeout_s=5.0,
    dial_backoff_min_s=0.01,
    dial_backoff_max_s=0.05,
    dial_yield_s=0.05,
    ping_interval_s=0.2,
    fault_pause_s=0.0,
)
NODES: list[TestNode] = []
"""Made in the running test; conftest.py closes them."""
PATIENCE_S = 20.0
"""Only a test that would fail anyway waits that long."""


def credentials(name: str) -> Credentials:
    """The well-known ones of a name."""
    return make_credentials(dev_seed(name), now=NOW)


def hello(name: str, **fields: object) -> Hello:
    """What a node of that name says."""
    values: dict[str, object] = {
        "protocol": 1,
        "chain_id": "mohur-test",
        "genesis_digest": GENESIS,
        "node_id": name,
        "instance": name.encode().ljust(8, b"\x00")[:8],
        "software": "test",
        "height": 0,
    }
    return Hello(**{**values, **fields})  # type: ignore[arg-type]


class TestNode:
    """A transport that records what happens to it."""

    __test__ = False

    def __init__(
        self, name: str, limits: PeerLimits = LIMITS, hello_fields: dict[str, object] | None = None
    ) -> None:
        self.name = name
        self.hello_fields = hello_fields or {}
        self.messages: list[tuple[str, PeerMessage]] = []
        self.events: list[tuple[str, str]] = []
        self.handler: Callable[[str, PeerMessage], None] | None = None
        self.changed = asyncio.Event()
        self.transport = Transport(
            node_id=name,
            listen=("127.0.0.1", 0),
            peers={},
            credentials=(credentials(name),),
            hello=lambda: hello(name, **self.hello_fields),
            on_message=self._on_message,
            on_up=lambda peer: self._event("up", peer),
            on_down=lambda peer: self._event("down", peer),
            limits=limits,
        )
        self.task: asyncio.Task[None] | None = None
        NODES.append(self)

    @property
    def address(self) -> PeerAddress:
        """Where others find it."""
        return PeerAddress(
            host="127.0.0.1",
            port=self.transport.port,
            network_key=credentials(self.name).public_key,
        )

    @property
    def counters(self) -> dict[str, int]:
        """Those of the transport."""
        return self.transport.counters

    def is_up(self, other: str) -> bool:
        """Whether it has a ready link to the other."""
        return other in self.transport.peers_up()

    def _on_message(self, peer: str, message: PeerMessage) -> None:
        self.messages.append((peer, message))
        self.changed.set()
        if self.handler is not None:
            self.handler(peer, message)

    def _event(self, what: str, peer: str) -> None:
        self.events.append((what, peer))
        self.changed.set()


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until the condition holds; TimeoutError after PATIENCE_S."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - spans several nodes and their counters
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def running(*nodes: TestNode) -> AsyncIterator[None]:
    """Run these transports; a failure of one fails the test."""
    async with asyncio.TaskGroup() as group:
        for node in nodes:
            node.task = group.create_task(node.transport.run())
        try:
            yield
        finally:
            for node in nodes:
                if node.task is not None:
                    node.task.cancel()


def introduce(*nodes: TestNode) -> None:
    """Everybody learns everybody's address."""
    for node in nodes:
        node.transport.set_peers(
            {other.name: other.address for other in nodes if other is not node}
        )


class RawPeer:
    """A peer with a valid key that sends whatever a test wants."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, name: str, target: TestNode) -> RawPeer:
        """TLS with the key of `name`."""
        context = client_context(credentials(name), target.address.network_key)
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", target.transport.port, ssl=context, server_hostname=""
        )
        return cls(reader, writer)

    def send(self, message: PeerMessage) -> None:
        """One frame."""
        self.writer.write(frame(encode_message(message)))

    async def read_to_end(self) -> bytes:
        """All bytes until the other side closes."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                return await self.reader.read(-1)
            except OSError:
                return b""

    async def close(self) -> None:
        """Hang up."""
        self.writer.transport.abort()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


def accepts_only(node: TestNode, *names: str) -> None:
    """Pin keys of peers that never listen."""
    node.transport.set_peers(
        {
            name: PeerAddress(host="", port=0, network_key=credentials(name).public_key)
            for name in names
        }
    )
