"""One direction between two nodes: its weather, and how long bytes have to wait in it."""

from __future__ import annotations

import asyncio
import random

from tests.campaigns.network.messages import Passed, Weather


class Direction:
    """Bytes from one node to another, over whichever connection they come."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._phase = chance.random()
        self.weather = Weather()
        self.passed = 0
        self.swallowed = 0
        self.delayed = 0
        self._open = asyncio.Event()
        self._open.set()

    def change(self, weather: Weather) -> bool:
        """From now on. True if a hole was made that ends now: such connections cannot go on."""
        healed = self.weather.swallowed and not weather.swallowed
        self.weather = weather
        if weather.held:
            self._open.clear()
        else:
            self._open.set()
        return healed

    def release_at(self, now: float, after: float) -> float:
        """When bytes read `now` may leave, not before `after`; seconds of the loop's clock."""
        weather = self.weather
        wait_s = (weather.delay_ms + self._chance.uniform(0, weather.jitter_ms)) * 0.001
        at = max(now + wait_s, after)
        if weather.gather_ms:
            period_s = weather.gather_ms * 0.001
            offset_s = self._phase * period_s
            at = ((at - offset_s) // period_s + 1) * period_s + offset_s
        return at

    def spent_s(self, size_bytes: int) -> float:
        """How long so many bytes occupy the line."""
        return size_bytes / self.weather.bytes_per_s if self.weather.bytes_per_s else 0.0

    async def opened(self) -> None:
        """Until nothing is held."""
        await self._open.wait()

    def counters(self) -> Passed:
        """Since the beginning."""
        return Passed(
            bytes_passed=self.passed,
            bytes_swallowed=self.swallowed,
            reads_delayed=self.delayed,
        )
