"""A validator that floods: `python -m node.devnet.bench.flooder`, its orders on standard input.

It holds a real (development) key, completes TLS and Hello like any peer, and then sends as fast as
the others read: what looks valid, what costs the receiver more than the sender, and garbage. For a
bench and for campaigns on this machine; targets outside of the loopback are refused.
"""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import secrets
import sys
from collections import deque
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import msgspec

from consensus.messages import Commit, Prepare, PrePrepare, Status
from node.devnet.bench.signed import Stock
from node.genesis_file import read_genesis
from node.identity import dev_keys
from node.p2p.tls import client_context, make_credentials
from node.wire.framing import FrameError, FrameParser, frame
from node.wire.hashing import SigningScope
from node.wire.peer_messages import (
    PROTOCOL,
    BadMessage,
    BodyRequest,
    Hello,
    PeerMessage,
    SyncRequest,
    TxBatch,
    decode_message,
    encode_message,
)
from node.wire.verify import signing_bytes_of, with_signature
from tokens.genesis import genesis_digest

SOFTWARE = "flood"
KINDS = ("status", "votes", "requests", "transactions", "garbage", "reconnect")
SLICE_SECONDS = 1.0
"""How long one kind is sent before the next one, on each link."""
STOCK = 400
BATCH_BODIES = 200
IDS_KEPT_MAX = 4_096
VOTES_A_WRITE = 50
READ_BYTES = 256 * 1024
REDIAL_SECONDS = 0.02


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A node to flood."""

    name: str
    host: str
    port: int


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """First and only line to a flooder; it ends with its standard input."""

    identity: str
    """Validator whose keys it uses; that node is not running."""
    genesis: str
    """Path of the document."""
    targets: tuple[Target, ...]
    kinds: tuple[str, ...] = KINDS


class Counts(msgspec.Struct, kw_only=True):
    """What it has done so far; one JSON line a second on standard output."""

    bytes_sent: int = 0
    messages_sent: int = 0
    links: int = 0
    cut_off: int = 0
    """Times that a node ended a link."""


class Flooder:
    """All links of one flooding validator."""

    def __init__(self, orders: Orders) -> None:
        """ValueError for a target that is not on this machine."""
        for target in orders.targets:
            if not ipaddress.ip_address(target.host).is_loopback:
                raise ValueError(f"{target.host} is not this machine")
        genesis = read_genesis(Path(orders.genesis))
        self._orders = orders
        self._keys = dev_keys(orders.identity)
        self._scope = SigningScope(
            chain_id=genesis.chain_id, genesis_digest=genesis_digest(genesis)
        )
        self._network_keys = {member.id: member.network_key for member in genesis.validators}
        self._credentials = make_credentials(
            self._keys.network_seeds[0], now=datetime.datetime.now(datetime.UTC)
        )
        self._status: Status | None = None
        """The newest one that a node has sent: valid, whoever repeats it."""
        self._ids: deque[bytes] = deque(maxlen=IDS_KEPT_MAX)
        stock = Stock(first=0, count=4, senders=4, generator=255)
        stock.sign(STOCK, 1)
        self._expired = tuple(bytes.fromhex(text[2:]) for _, text in stock.take(STOCK))
        """Transfers with valid signatures that were valid up to height 1 only."""
        self.counts = Counts()

    async def run(self) -> None:
        """Flood all targets until cancelled."""
        async with asyncio.TaskGroup() as group:
            for target in self._orders.targets:
                group.create_task(self._keep_flooding(target))

    async def _keep_flooding(self, target: Target) -> None:
        kinds = cycle(self._orders.kinds)
        while True:
            try:
                await self._link(target, kinds)
            except* (OSError, TimeoutError):
                self.counts.cut_off += 1
            await asyncio.sleep(REDIAL_SECONDS)

    async def _link(self, target: Target, kinds: Iterator[str]) -> None:
        """One connection until a node ends it. OSError."""
        loop = asyncio.get_running_loop()
        context = client_context(self._credentials, self._network_keys[target.name])
        reader, writer = await asyncio.open_connection(
            target.host, target.port, ssl=context, server_hostname=""
        )
        self.counts.links += 1
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self._read(reader))
            try:
                await self._write(writer, [self._hello()])
                while not reading.done():
                    kind = next(kinds)
                    until = loop.time() + SLICE_SECONDS
                    while loop.time() < until and not reading.done():
                        if kind == "reconnect":
                            return
                        await self._write(writer, self._made(kind))
            finally:
                reading.cancel()
                writer.transport.abort()

    async def _write(self, writer: asyncio.StreamWriter, frames: list[bytes]) -> None:
        data = b"".join(frames)
        writer.write(data)
        await writer.drain()
        self.counts.bytes_sent += len(data)
        self.counts.messages_sent += len(frames)
        await asyncio.sleep(0)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Read everything, keep what makes the flood look right."""
        parser = FrameParser()
        while data := await reader.read(READ_BYTES):
            try:
                parser.feed(data)
                while (payload := parser.next_payload()) is not None:
                    self._learn(decode_message(payload))
            except (FrameError, BadMessage):
                return

    def _learn(self, message: PeerMessage) -> None:
        match message:
            case Status():
                self._status = message
            case PrePrepare(proposal=proposal):
                self._ids.extend(proposal.wire_ids)
            case _:
                pass

    # --- what is sent ----------------------------------------------------------------------------

    def _made(self, kind: str) -> list[bytes]:
        makers: dict[str, Callable[[], list[PeerMessage]]] = {
            "status": self._statuses,
            "votes": self._votes,
            "requests": self._requests,
            "transactions": self._transactions,
        }
        if kind == "garbage":
            return [frame(secrets.token_bytes(64))]
        return [frame(encode_message(message)) for message in makers[kind]()]

    def _hello(self) -> bytes:
        hello = Hello(
            protocol=PROTOCOL,
            chain_id=self._scope.chain_id,
            genesis_digest=self._scope.genesis_digest,
            node_id=self._orders.identity,
            instance=secrets.token_bytes(8),
            software=SOFTWARE,
            height=0,
        )
        return frame(encode_message(hello))

    def _statuses(self) -> list[PeerMessage]:
        """A real status, again and again; each carries a certificate."""
        return [] if self._status is None else [self._status] * VOTES_A_WRITE

    def _votes(self) -> list[PeerMessage]:
        """Votes for blocks that nobody proposed, with valid signatures, in all views."""
        if self._status is None:
            return []
        made: list[PeerMessage] = []
        for _ in range(VOTES_A_WRITE):
            draft: Prepare | Commit = Prepare(
                height=self._status.height,
                view=secrets.randbelow(8),
                digest=secrets.token_bytes(32),
                sender=self._orders.identity,
                signature=b"",
            )
            if len(made) % 2:
                draft = Commit(
                    height=draft.height,
                    view=draft.view,
                    digest=draft.digest,
                    root=draft.digest,
                    sender=draft.sender,
                    signature=b"",
                )
            signature = self._keys.signer.sign(signing_bytes_of(draft, self._scope))
            made.append(with_signature(draft, signature))
        return made

    def _requests(self) -> list[PeerMessage]:
        """Whole windows of blocks, and newest bodies: small questions, large answers."""
        made: list[PeerMessage] = [SyncRequest(from_height=1, count=64)] * 4
        if self._ids:
            made.append(BodyRequest(wire_ids=tuple(self._ids)))
        return made

    def _transactions(self) -> list[PeerMessage]:
        """Canonical, well signed, and expired long ago: each has to be decoded to see it."""
        return [
            TxBatch(bodies=self._expired[at : at + BATCH_BODIES])
            for at in range(0, STOCK, BATCH_BODIES)
        ]


async def serve() -> None:
    """Flood until standard input ends; say once a second what was sent."""
    loop = asyncio.get_running_loop()
    line = await loop.run_in_executor(None, sys.stdin.readline)
    flooder = Flooder(msgspec.json.decode(line, type=Orders))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(flooder.run()), group.create_task(_report(flooder))]
        await loop.run_in_executor(None, sys.stdin.read)
        for task in tasks:
            task.cancel()


async def _report(flooder: Flooder) -> None:
    while True:
        await asyncio.sleep(SLICE_SECONDS)
        sys.stdout.write(msgspec.json.encode(flooder.counts).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
