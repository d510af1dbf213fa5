"""A flooding validator, seen from a bench: starts the process, reads what it says, ends it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from node.devnet.bench.flooder import KINDS, Counts, Orders, Target
from node.devnet.network import Network
from node.devnet.ports import HOST

END_SECONDS = 5


class Flood:
    """One flooder process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.counts = Counts()
        """Newest that it has said."""

    async def listen(self) -> None:
        """Read what it says until it ends."""
        if self._process.stdout is not None:
            while line := await self._process.stdout.readline():
                self.counts = msgspec.json.decode(line, type=Counts)


@asynccontextmanager
async def flooding(
    network: Network, identity: str, kinds: tuple[str, ...] = KINDS
) -> AsyncIterator[Flood]:
    """Flood all other nodes in the name of one that does not run, until the block is left."""
    targets = tuple(
        Target(name=name, host=HOST, port=network.state.nodes[name].peer)
        for name in network.names
        if name != identity
    )
    orders = Orders(
        identity=identity, genesis=str(network.layout.genesis), targets=targets, kinds=kinds
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "node.devnet.bench.flooder",
        stdin=PIPE,
        stdout=PIPE,
        process_group=0,
    )
    flood = Flood(process)
    try:
        if process.stdin is None:
            raise RuntimeError("a flooder has no pipe")
        process.stdin.write(msgspec.json.encode(orders) + b"\n")
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(flood.listen())
            yield flood
            listening.cancel()
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
