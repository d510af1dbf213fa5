"""A loop of virtual time between two inputs of a target that needs one."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

from tests.fuzz.target import Fault
from tests.node.support.virtual_loop import VirtualLoop

T = TypeVar("T")


class Turns:
    """Runs pieces of asyncio one after the other; what a callback raised is a Fault."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self._lost: list[str] = []
        self.loop.set_exception_handler(
            lambda _, context: self._lost.append(repr(context.get("exception") or context))
        )

    def run(self, main: Coroutine[None, None, T]) -> T:
        """Until it is done."""
        value = self.loop.run_until_complete(main)
        self.check()
        return value

    def call(self, action: Callable[[], T]) -> T:
        """Something that wants a running loop; then what became ready by it."""

        async def turn() -> T:
            value = action()
            await asyncio.sleep(0)
            return value

        return self.run(turn())

    def pass_time(self, seconds: float) -> None:
        """Let timers run."""

        async def wait() -> None:
            over = self.loop.create_future()
            self.loop.call_later(seconds, over.set_result, None)
            await over

        self.run(wait())

    def check(self) -> None:
        """Raises Fault for what a callback raised."""
        if self._lost:
            lost, self._lost = self._lost[0], []
            raise Fault(f"in a callback: {lost}")

    def close(self) -> None:
        """End what still runs."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()
