"""The explorer of a local network: a child process beside the nodes that asks the first of them.

It starts once the nodes are ready: their ports are settled then. It stops with the network.
A network without it is still a network: if it does not come, the card says where its log is.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from node.devnet.network import Network
from node.devnet.ports import EXPLORER_PORT, HOST, choose
from node.devnet.process import ChildProcess, LifePipe, stop_all
from node.devnet.wait import DeadlinePassed, NotYet, until

START_SECONDS = 20


@asynccontextmanager
async def explorer_beside(network: Network) -> AsyncIterator[str]:
    """What the card says of it: its address, or that it did not start."""
    port = choose((EXPLORER_PORT,))[0]
    first, *others = [network.url(name) for name in network.names]
    witnesses = [word for url in others for word in ("--witness", url)]
    command = (sys.executable, "-m", "node.cli", "explorer", "--rpc", first, *witnesses)
    with closing(LifePipe()) as pipe:
        child = ChildProcess(
            "explorer",
            (*command, "--host", HOST, "--port", str(port)),
            network.layout.explorer_log,
            pipe,
        )
        child.start()
        try:
            yield await _said(child, port)
        finally:
            stop_all([child])


async def _said(child: ChildProcess, port: int) -> str:
    async def answers() -> str:
        if not child.running:
            return f"did not start (log: {child.log})"
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError as error:
            raise NotYet(str(error)) from None
        writer.close()
        return f"http://{HOST}:{port}"

    try:
        return await until("the explorer", answers, seconds=START_SECONDS)
    except DeadlinePassed:
        return f"does not answer yet (log: {child.log})"
