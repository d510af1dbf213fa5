"""What every scenario gets: a site, a generator of its own, and how long faults last."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.campaigns.network.bounds import next_block_s
from tests.campaigns.network.history import Broken, Operation
from tests.campaigns.network.messages import Weather
from tests.campaigns.network.site import Site
from tests.campaigns.span import last

HELD = Weather(held=True)
SWALLOWED = Weather(swallowed=True)
STALLED_BLOCKS = 1
"""Blocks that may come after a quorum is cut: their votes were under way."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One execution of one scenario."""

    site: Site
    chance: random.Random
    hold_s: float
    """How long its faults last."""

    @property
    def names(self) -> tuple[str, ...]:
        """All validators."""
        return self.site.names

    @property
    def operations(self) -> list[Operation]:
        """Everything that clients did so far."""
        return self.site.workload.operations

    def now(self) -> float:
        """The clock of the clients."""
        return asyncio.get_running_loop().time()

    def backup(self, primary: str) -> str:
        """Some node that is not this one."""
        return self.chance.choice([name for name in self.names if name != primary])

    async def hold(self, seconds: float | None = None) -> None:
        """Let the fault last."""
        await last(self.hold_s if seconds is None else seconds)

    async def goes_on(self, faulty_primaries: int, *, of: tuple[str, ...] | None = None) -> float:
        """A block, and another one after the fault has lasted; the longer wait."""
        bound_s = next_block_s(faulty_primaries)
        first = await self.site.next_block(bound_s, of=of)
        await self.hold()
        return max(first, await self.site.next_block(bound_s, of=of))

    async def stands(self, nodes: tuple[str, ...]) -> None:
        """These nodes decide nothing while the fault lasts. Broken."""
        await last(1.0)
        before = await self.site.heights()
        await self.hold()
        after = await self.site.heights()
        for name in nodes:
            if after[name] > before[name] + STALLED_BLOCKS:
                raise Broken(f"{name} decided without a quorum: {before[name]} -> {after[name]}")


Scenario = Callable[[Scene], Awaitable[str]]
"""Does its worst and says what it saw; what it broke is healed by the campaign afterwards."""
