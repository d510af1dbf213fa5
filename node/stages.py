"""Where the CPU time of a node goes: exclusive seconds by stage.

Rules of this file:
1. Stages nest; time is booked on the innermost one, so the sum is what the node spent in any.
2. Stages are entered per batch or block, never per transaction: reading the CPU clock costs 0.3 us.
3. Switched off (the default), enter and leave cost a comparison.
"""

import time
from enum import IntEnum


class Stage(IntEnum):
    """Names as in the bench table."""

    DECODE = 0
    VERIFY = 1
    POOL = 2
    INCLUDABLE = 3
    APPLY = 4
    COMMITMENT = 5
    STORE = 6
    CONSENSUS = 7
    GUARD = 8
    NETWORK = 9
    RPC = 10


class Stages:
    """One meter per process; single-threaded like the node."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self.seconds_ns = [0] * len(Stage)
        """Exclusive nanoseconds by stage."""
        self._stack: list[int] = []
        self._since_ns = 0

    def enter(self, stage: Stage) -> None:
        """Book on `stage` until the matching leave."""
        if not self.enabled:
            return
        at = time.thread_time_ns()
        if self._stack:
            self.seconds_ns[self._stack[-1]] += at - self._since_ns
        self._stack.append(stage)
        self._since_ns = at

    def leave(self) -> None:
        """Back to the stage outside."""
        if not self.enabled:
            return
        at = time.thread_time_ns()
        self.seconds_ns[self._stack.pop()] += at - self._since_ns
        self._since_ns = at
