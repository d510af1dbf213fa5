"""An event loop whose clock jumps to the next timer: minutes of a network in milliseconds.

Nothing sleeps: when no callback is ready, the time of the loop becomes that of the next timer. A
loop with neither would wait for ever, so it raises.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import TypeVar

from consensus.events import Now

T = TypeVar("T")

START_S = 1_000.0
"""Monotonic seconds at the start."""
WALL_MS = 1_800_000_000_000
"""UTC milliseconds at the start, above the timestamp of genesis."""


class _Clock:
    """Seconds that only the selector moves."""

    def __init__(self) -> None:
        self.at_s = START_S


class _Selector(selectors.SelectSelector):
    """Instead of waiting for a timer it moves the clock there."""

    def __init__(self, clock: _Clock) -> None:
        super().__init__()
        self._virtual = clock

    # A key of the standard library carries data of any type.
    def select(  # type: ignore[explicit-any]
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found:
            return found
        if timeout is None:
            raise RuntimeError("nothing is left that could happen")
        self._virtual.at_s += max(timeout, 0)
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._virtual = _Clock()
        super().__init__(_Selector(self._virtual))

    def time(self) -> float:
        return self._virtual.at_s


def now() -> Now:
    """What node.clock.now is for a real node."""
    at_ms = int(asyncio.get_running_loop().time() * 1_000)
    return Now(mono_ms=at_ms, wall_ms=WALL_MS + at_ms)


def run_virtually(main: Callable[[], Coroutine[None, None, T]]) -> T:
    """Run a coroutine in a loop of its own with virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())
