"""Who is served next: one a turn of the event loop, addresses one after the other.

Between two of them everything else that is ready is done, votes of peers first of all. So a crowd
of clients makes clients wait, and not consensus; and of two addresses each gets every second turn,
however many connections one of them has. Work in steps leaves a turn between two of them.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import TypeVar

from tokens.steps import Steps

T = TypeVar("T")


def next_turn(go_on: Callable[[], None]) -> None:
    """Go on after everything else that is ready now."""
    asyncio.get_running_loop().call_soon(go_on)


async def in_turns(steps: Steps[T]) -> T:
    """All steps, with a turn of the loop between two of them."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
        await asyncio.sleep(0)


class Turns:
    """What waits is bounded by those who wait: one entry a call under way."""

    __slots__ = ("_free", "_lines")

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._free = True
        """Nobody was served in this turn of the loop."""

    async def enter(self, who: str) -> None:
        """Return at once if nobody else was served in this turn of the loop, else in its turn."""
        loop = asyncio.get_running_loop()
        if self._free:
            self._free = False
            loop.call_soon(self._next)
            return
        waiting: asyncio.Future[None] = loop.create_future()
        self._lines.setdefault(who, deque()).append(waiting)
        await waiting

    def _next(self) -> None:
        while self._lines:
            who, line = self._lines.popitem(last=False)
            waiting = line.popleft()
            if line:
                self._lines[who] = line
            if not waiting.done():  # its caller may have hung up
                waiting.set_result(None)
                asyncio.get_running_loop().call_soon(self._next)
                return
        self._free = True
