"""One drill: a network of its own, payments that go on all the time, and what must hold after it.

Rules of this folder:
1. A drill does what the runbook tells an operator to do, with the same commands, and nothing else.
2. RPO 0: a payment that was acknowledged is afterwards on every node, at the same place. RTO: from
   the fault to the first payment after it; bounded by RTO_SECONDS_MAX (the objective is 2 h, PFMI
   principle 17; a laptop needs no such time).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.story import money
from node.devnet.story.stage import Stage, require
from node.devnet.truth import level_height
from node.devnet.wait import NotYet, until
from node.sdk.errors import NodeUnreachable, RpcFailed
from node.sdk.schema.common import Receipt
from node.sdk.schema.node import NodeStatus
from node.sdk.send import send_until_final
from tests.e2e.support import FIRST_PORT, expect_kept, expect_whole, payment

RTO_SECONDS_MAX = 120.0
PATIENCE_SECONDS = 120.0
"""How long anything that is awaited may take on a busy machine."""


@dataclass(slots=True)
class Drill:
    """What a drill works with."""

    stage: Stage
    root: Path
    """Folder of the network."""
    receipts: dict[bytes, Receipt] = field(default_factory=dict)
    """Acknowledged payments by tx_id."""
    final_at: list[float] = field(default_factory=list)
    """When each was acknowledged, in seconds of the loop."""
    refused: list[str] = field(default_factory=list)
    """Payments that were answered with anything but OK."""

    @property
    def network(self) -> Network:
        """The four processes."""
        return self.stage.network

    async def work(self) -> None:
        """Pay one unit after the other, each with the same bytes until it is final."""
        while True:
            made = payment(self.stage)
            try:
                receipt = await send_until_final(await self.stage.clients(), made, attempts=400)
            except (NodeUnreachable, RpcFailed, ZeroDivisionError):
                continue
            if receipt.symbol != "OK":
                self.refused.append(receipt.symbol)
            self.receipts[made.tx_id] = receipt
            self.final_at.append(asyncio.get_running_loop().time())
            self.stage.height = max(self.stage.height, receipt.height)

    async def paid(self, count: int) -> float:
        """Until so many further payments are final; seconds that the first of them took."""
        loop = asyncio.get_running_loop()
        began, before = loop.time(), len(self.final_at)

        async def enough() -> None:
            if len(self.final_at) < before + count:
                raise NotYet(f"{len(self.final_at) - before} of {count} payments are final")

        await until("payments", enough, seconds=PATIENCE_SECONDS)
        return self.final_at[before] - began

    async def voting(self, name: str) -> float:
        """Until a node votes; seconds that it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()

        async def votes() -> None:
            status = await self.status(name)
            if not status.voting:
                raise NotYet(f"{name} at {status.height}: {status.sentence}")

        await until(f"{name} votes", votes, seconds=PATIENCE_SECONDS)
        return loop.time() - began

    async def status(self, name: str) -> NodeStatus:
        """What a node says of itself."""
        return await self.stage.probe.ask(self.network.url(name), "node_status", NodeStatus)

    def longest_gap_s(self) -> float:
        """Longest time without a final payment."""
        pairs = zip(self.final_at, self.final_at[1:], strict=False)
        return max((after - before for before, after in pairs), default=0.0)


Play = Callable[[Drill], Awaitable[str]]
"""Plays a drill and says what was seen, as a sentence."""


@asynccontextmanager
async def prepared(root: Path) -> AsyncIterator[Drill]:
    """Four running nodes with money, and nothing under way."""
    network = Network.open(root, first_port=FIRST_PORT)
    try:
        network.start()
        async with Probe() as probe:
            await network.wait_ready(probe, seconds=PATIENCE_SECONDS)
            stage = Stage(network, probe)
            await money.central_bank_money(stage)
            await money.stablecoin(stage)
            yield Drill(stage=stage, root=root)
    finally:
        network.close()


async def run_drill(play: Play, root: Path) -> str:
    """Play it under a workload, then judge. Raises what failed; the sentence otherwise."""
    async with prepared(root) as drill:
        async with asyncio.TaskGroup() as group:
            working = group.create_task(drill.work())
            await drill.paid(3)
            sentence = await play(drill)
            await drill.paid(3)
            working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        await level_height(drill.network, drill.stage.probe, seconds=PATIENCE_SECONDS)
        await expect_whole(drill.stage)
        await expect_kept(drill.stage, drill.receipts)
        require(not drill.refused, f"payments were refused: {drill.refused[:3]}")
        return f"{sentence}; {len(drill.receipts)} payments acknowledged, all on all nodes"
