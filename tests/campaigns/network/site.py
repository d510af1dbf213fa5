"""Four validators in four processes, a proxy for all their links, a clock for each, and clients.

Everything that a scenario may do to them, and everything that it may ask, is a method here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp

from node.devnet.bench.accounts import BALANCE, sender_books
from node.devnet.network import Network, Surroundings, Tuning
from node.devnet.probe import Probe
from node.devnet.profile import VALIDATORS, dev_genesis
from node.devnet.truth import level_height
from node.devnet.wait import DeadlinePassed, NotYet, until
from node.sdk.schema.chain import BlockHeader
from node.sdk.schema.node import NodeStatus
from tests.campaigns.network.clocks import Clocks
from tests.campaigns.network.history import Broken, TooSlow
from tests.campaigns.network.links import Links
from tests.campaigns.network.proxy import proxy_address
from tests.campaigns.network.workload import CLIENTS, Workload
from tests.e2e.support import FIRST_PORT

WINDOW_BLOCKS = 10_000
READY_SECONDS = 60
LEVEL_SECONDS = 30
"""How long nodes may take to be level after everything is healed."""
LOOK_SECONDS = 0.02
"""Between two looks at the heights: the error of every measured time to a block."""
ASK_SECONDS = 2


class Site:
    """One network under test."""

    def __init__(
        self, network: Network, links: Links, clocks: Clocks, probe: Probe, workload: Workload
    ) -> None:
        self.network = network
        self.links = links
        self.clocks = clocks
        self.probe = probe
        self.workload = workload
        self.newest = 0
        """Highest height seen so far."""

    @property
    def names(self) -> tuple[str, ...]:
        """Validators in the order of the set."""
        return self.network.names

    # --- asking ----------------------------------------------------------------------------------

    async def heights(self) -> dict[str, int]:
        """Of the nodes that run and answer."""
        names = self.network.running

        async def ask(name: str) -> int | None:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    status = await self.probe.ask(self.network.url(name), "node_status", NodeStatus)
            except (NotYet, TimeoutError, aiohttp.ClientError):
                return None
            return status.height

        found = await asyncio.gather(*[ask(name) for name in names])
        heights = {
            name: height for name, height in zip(names, found, strict=True) if height is not None
        }
        self.newest = max([self.newest, *heights.values()])
        return heights

    async def status(self, name: str) -> NodeStatus:
        """What one node says of itself. NotYet."""
        return await self.probe.ask(self.network.url(name), "node_status", NodeStatus)

    async def primary(self) -> str:
        """Who proposed the newest block of the node that is furthest."""
        heights = await self.heights()
        furthest = max(heights, key=lambda name: heights[name])
        header = await self.probe.ask(
            self.network.url(furthest), "chain_getHeader", BlockHeader, {"block": "latest"}
        )
        return header.header.proposer

    async def next_block(self, bound_s: float, *, of: tuple[str, ...] | None = None) -> float:
        """Seconds until a height that nobody had when this began. Broken after the bound.

        The clients send all the time, so there is always something to decide.
        """
        begin = time.monotonic()
        before = await self.heights()
        height = max(before.values(), default=self.newest)

        async def grown() -> None:
            now = await self.heights()
            if max([now.get(name, 0) for name in of or tuple(now)], default=0) <= height:
                raise NotYet(f"still at {height}")

        try:
            await until("a block", grown, seconds=bound_s, pause_seconds=LOOK_SECONDS)
        except DeadlinePassed:
            sentences = await self._sentences()
            raise TooSlow(f"no block above {height} within {bound_s:g} s: {sentences}") from None
        return time.monotonic() - begin

    async def _sentences(self) -> dict[str, str]:
        found = {}
        for name in self.network.running:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    found[name] = (await self.status(name)).sentence
            except (NotYet, TimeoutError):
                found[name] = "no answer"
        return found

    # --- healing ---------------------------------------------------------------------------------

    async def heal(self) -> None:
        """All links calm, all clocks right, all processes running: nothing is broken from here."""
        self.clocks.heal()
        await self.links.heal()
        self.workload.avoided = None
        for name in self.names:
            if self.network.children[name].paused:
                self.network.children[name].resume()
        away = [name for name in self.names if not self.network.children[name].running]
        if away:
            self.network.start(*away)
        self.network.check()

    async def whole(self, seconds: float = LEVEL_SECONDS) -> float:
        """All four run, are ready and level; how long that took. Broken."""
        begin = time.monotonic()
        try:
            await self.network.wait_ready(self.probe, seconds=seconds)
            await level_height(self.network, self.probe, seconds=seconds)
        except DeadlinePassed as error:
            raise Broken(str(error)) from None
        return time.monotonic() - begin


@asynccontextmanager
async def open_site(folder: Path, *, seed: int, per_second: float) -> AsyncIterator[Site]:
    """Start everything on a fresh folder; stop everything at the end, whatever happened."""
    books = list(sender_books(CLIENTS))
    genesis = dev_genesis(
        more_books=books,
        balances=[(book.address, BALANCE) for book in books],
        window_blocks=WINDOW_BLOCKS,
    )
    clocks = Clocks(folder, VALIDATORS)
    index = {name: number for number, name in enumerate(VALIDATORS)}
    surroundings = Surroundings(
        host_of=lambda name, peer: proxy_address(index[name], index[peer]),
        environment=clocks.environment,
    )
    async with AsyncExitStack() as stack:
        network = Network.open(
            folder / "net",
            tuning=Tuning(log_level="info"),
            genesis=genesis,
            surroundings=surroundings,
            first_port=FIRST_PORT,
        )
        stack.callback(network.close)
        ports = {name: network.state.nodes[name].peer for name in network.names}
        links = await Links.start(ports, seed)
        stack.push_async_callback(links.stop)
        probe = await stack.enter_async_context(Probe())
        network.start()
        await network.wait_ready(probe, seconds=READY_SECONDS)
        if ports != {name: network.state.nodes[name].peer for name in network.names}:
            raise RuntimeError("a port was taken between the choice and the start: run it again")
        urls = {name: network.url(name) for name in network.names}
        workload = Workload(urls, seed=seed, height=lambda: site.newest, per_second=per_second)
        site = Site(network, links, clocks, probe, workload)
        await site.heights()
        yield site
