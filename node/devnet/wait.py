"""Await a condition with a deadline: the one place of the local network that sleeps.

A step of the story, a bench phase and a test of real processes all wait in the same way: ask, and
ask again after a moment, until the answer is there or the time is over. The message of a deadline
that passed says what was waited for and what was seen last.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_SECONDS = 0.05
"""Between two questions."""


class DeadlinePassed(Exception):
    """What was waited for did not come."""


class NotYet(Exception):
    """Raised by a condition that does not hold yet; its message is what was seen."""


async def until(
    what: str,
    condition: Callable[[], Awaitable[T]],
    *,
    seconds: float,
    pause_seconds: float = PAUSE_SECONDS,
) -> T:
    """The first value that `condition` returns without raising NotYet. Raises DeadlinePassed.

    CancelledError too when a condition that asks several nodes at once answered its cancellation
    with NotYet: asyncio.gather tells the first of its children, and Ctrl-C was lost.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    task = asyncio.current_task()
    while True:
        try:
            return await condition()
        except NotYet as seen:
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from None
            if loop.time() >= deadline:
                raise DeadlinePassed(f"{what}: not within {seconds:g} s; {seen}") from None
        await asyncio.sleep(pause_seconds)
