"""An event loop without sockets whose clock jumps to the next timer: an hour in a second.

The shell of a node is written for asyncio; here it runs on asyncio's own scheduler, a heap of
timers, of which the selector was the only part that waits. Timers of one moment run in the order
that the heap gives, which depends on nothing but what was scheduled.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

from consensus.events import Now
from tests.sim.watch import PowerCut

T = TypeVar("T")

START_MS = 1_000_000
"""Monotonic milliseconds at the start."""
WALL_MS = 1_800_000_000_000
"""UTC milliseconds at the start, above the timestamp of genesis."""


TURNS_MAX = 1_000
"""Turns of the loop in one moment, after which a nanosecond passes: asyncio runs timers up to one
early, and who then looks at the clock and waits on would wait in that moment for ever."""


class _Selector:
    """Instead of waiting for a timer it moves the clock there."""

    def __init__(self) -> None:
        self.at_s = START_MS * 0.001
        self._turns = 0
        """Since the clock has moved."""

    def select(self, timeout: float | None) -> tuple[()]:
        """No file is ever ready."""
        if timeout is None:
            raise RuntimeError("nothing is left that could happen")
        self._turns += 1
        if timeout > 0 or self._turns > TURNS_MAX:
            self.at_s += max(timeout, 1e-9)
            self._turns = 0
        return ()


class SimLoop(asyncio.BaseEventLoop):
    """See the module. It is used by one thread and knows no file and no signal."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Selector()

    def time(self) -> float:
        """Virtual seconds."""
        return self._selector.at_s

    def _process_events(self, events: tuple[()]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody waits in select."""

    def call_exception_handler(self, context: dict[str, object]) -> None:
        """The end of a process may fall into a timer of its own, which tells nobody.

        Any other exception that nobody waits for is a fault: it ends the run.
        """
        if not isinstance(context.get("exception"), PowerCut):
            raise AssertionError(f"lost in the loop: {context}")


def now_ms() -> int:
    """Virtual monotonic milliseconds of the running loop."""
    return int(asyncio.get_running_loop().time() * 1_000)


def now() -> Now:
    """What node.clock.now is for a process, of a clock that is right."""
    at_ms = now_ms()
    return Now(mono_ms=at_ms, wall_ms=WALL_MS + at_ms)


def run_virtually(main: Callable[[], Coroutine[None, None, T]]) -> T:
    """Run a coroutine in a loop of its own."""
    with asyncio.Runner(loop_factory=SimLoop) as runner:
        return runner.run(main())
