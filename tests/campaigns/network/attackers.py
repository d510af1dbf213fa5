"""Clients that mean harm: `python -m tests.campaigns.network.attackers`, orders on standard input.

All come from addresses of their own on the loopback, so that the node can tell them from others.
Each attack goes on until standard input ends; once a second the counts are written as a JSON line.
Each further line of the input is a height up to which transactions shall be valid from now on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import count, cycle

import msgspec

from node.devnet.bench.accounts import sender_address, sender_key
from node.devnet.cast import CHAIN_ID, MONEY
from node.sdk.wallet import Wallet
from tests.campaigns.span import last
from tokens.ops.transfer import Transfer
from tokens.transaction import DecodedTransaction

HOST = "127.0.0.1"
LORIS_ADDRESS = "127.77.201.1"
SPAM_ADDRESS = "127.77.202.1"
HANDSHAKE_ADDRESS = "127.77.203.1"
LORIS = 200
"""Connections to the RPC of each node that send one byte a second."""
HANDSHAKES = 100
"""Connections to the peer port of each node that stop inside of TLS."""
SPAMMERS = 8
"""Connections to the RPC of each node that send as fast as they are answered."""
TRICKLE_SECONDS = 1.0
CONNECT_SECONDS = 5.0
BATCH = 50
BIG_BODY_BYTES = 1_000_000
PREPARED = 400
CLIENT_HELLO = bytes.fromhex("160301020001") + b"\x00\x01\xfc\x03\x03"
"""Where a TLS handshake begins, and where these stop."""


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """First line."""

    rpc: tuple[int, ...]
    """Ports of the nodes."""
    peer: tuple[int, ...]
    attacker: int
    """Number of the account that sends more than it has."""
    valid_until: int
    seed: int


class Counts(msgspec.Struct, kw_only=True):
    """So far."""

    answers: dict[str, int]
    """HTTP status -> how many."""
    connections: int = 0
    cut_off: int = 0


class Attack:
    """Everything at once."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._chance = random.Random(orders.seed)
        self._wallet = Wallet(
            sender_address(orders.attacker), (sender_key(orders.attacker),), CHAIN_ID
        )
        self._numbers = count()
        self.counts = Counts(answers={})
        self.renew(orders.valid_until)

    def renew(self, valid_until: int) -> None:
        """What is sent from now on is valid up to this height: an expired forgery costs nothing."""
        self._valid_until = valid_until
        self._forged = cycle([_forged(self._transfer()) for _ in range(PREPARED)])

    async def run(self) -> None:
        """Until cancelled."""
        bodies = (self._forgeries, self._too_much, self._too_much, self._junk)
        async with asyncio.TaskGroup() as group:
            for port in self._orders.rpc:
                for _ in range(LORIS):
                    group.create_task(self._again(partial(self._loris, port)))
                for number in range(SPAMMERS):
                    body = bodies[number % len(bodies)]
                    group.create_task(self._again(partial(self._spam, port, body)))
            for port in self._orders.peer:
                for _ in range(HANDSHAKES):
                    group.create_task(self._again(partial(self._handshake, port)))

    async def _again(self, attack: Callable[[], Awaitable[None]]) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                await attack()
            self.counts.cut_off += 1
            await last(self._chance.uniform(0.1, 1.0))

    async def _open(
        self, port: int, address: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(CONNECT_SECONDS):
            opened = await asyncio.open_connection(HOST, port, local_addr=(address, 0))
        self.counts.connections += 1
        return opened

    async def _loris(self, port: int) -> None:
        """One byte of a header a second."""
        reader, writer = await self._open(port, LORIS_ADDRESS)
        try:
            writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            while not reader.at_eof():
                writer.write(b"a")
                await writer.drain()
                await last(TRICKLE_SECONDS)
        finally:
            writer.transport.abort()

    async def _handshake(self, port: int) -> None:
        """The beginning of a ClientHello, and then nothing."""
        reader, writer = await self._open(port, HANDSHAKE_ADDRESS)
        try:
            writer.write(CLIENT_HELLO)
            await reader.read()
        finally:
            writer.transport.abort()

    async def _spam(self, port: int, body: Callable[[], bytes]) -> None:
        """Requests as fast as they are answered."""
        reader, writer = await self._open(port, SPAM_ADDRESS)
        try:
            while True:
                data = body()
                writer.write(
                    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(data) + data
                )
                await writer.drain()
                status = await _answer(reader)
                self.counts.answers[status] = self.counts.answers.get(status, 0) + 1
        finally:
            writer.transport.abort()

    # --- what is sent ----------------------------------------------------------------------------

    def _forgeries(self) -> bytes:
        """A batch with signatures that are not valid."""
        return _batch([next(self._forged) for _ in range(BATCH)])

    def _too_much(self) -> bytes:
        """A batch that is valid, and fails when it is applied."""
        return _batch([self._transfer().data for _ in range(BATCH)])

    def _junk(self) -> bytes:
        """A body at the limit: JSON, deep in numbers, no request."""
        return b"[" + b"1," * (BIG_BODY_BYTES // 2) + b"1]"

    def _transfer(self) -> DecodedTransaction:
        number = next(self._numbers)
        return self._wallet.build(
            Transfer(
                asset=MONEY,
                source=self._wallet.address,
                target=sender_address(0),
                amount=2**60,
                end_to_end_ref="",
            ),
            valid_until=self._valid_until,
            client_ref=b"attacker" + number.to_bytes(8),
        )


def _forged(made: DecodedTransaction) -> bytes:
    data = bytearray(made.data)
    data[-1] ^= 1  # the last byte of the last signature
    return bytes(data)


def _batch(items: list[bytes]) -> bytes:
    params = {"transactions": ["0x" + item.hex() for item in items]}
    request = {"jsonrpc": "2.0", "id": 1, "method": "tx_submitBatch", "params": params}
    return json.dumps(request).encode()


async def _answer(reader: asyncio.StreamReader) -> str:
    """Status of one HTTP answer; its body is read and thrown away."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = head.split(b" ", 2)[1].decode()
    for line in _lines(head):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            await reader.readexactly(int(value))
    return status


def _lines(head: bytes) -> Iterator[bytes]:
    yield from head.split(b"\r\n")[1:]


async def serve() -> None:
    """Attack until standard input ends."""
    loop = asyncio.get_running_loop()
    line = await loop.run_in_executor(None, sys.stdin.readline)
    attack = Attack(msgspec.json.decode(line, type=Orders))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(attack.run()), group.create_task(_report(attack))]
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            attack.renew(int(line))
        for task in tasks:
            task.cancel()


async def _report(attack: Attack) -> None:
    while True:
        await last(1.0)
        sys.stdout.write(msgspec.json.encode(attack.counts).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
