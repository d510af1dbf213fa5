"""The line of messages before a slow node, behind which senders drop what waits."""

import asyncio
from collections.abc import Callable

from tests.sim.loop import now_ms

LINE_MS_MAX = 2_000
"""Work that waits for a slow node; the buffers of a link hold no more."""


class Line:
    """Of one machine."""

    def __init__(self) -> None:
        self.slow_ms = 0
        """What it takes for each message; 0 = no time at all."""
        self._busy_until_ms = 0

    def clear(self) -> None:
        """A new process has nothing to do yet."""
        self._busy_until_ms = now_ms()

    def put(self, handle: Callable[[], None]) -> bool:
        """Handle a message now, or when it is its turn; False: there is no room for it."""
        at_ms = now_ms()
        if self._busy_until_ms > at_ms + LINE_MS_MAX:
            return False
        if not self.slow_ms and self._busy_until_ms <= at_ms:
            handle()
            return True
        self._busy_until_ms = max(self._busy_until_ms, at_ms) + self.slow_ms
        asyncio.get_running_loop().call_at(self._busy_until_ms * 0.001, handle)
        return True
