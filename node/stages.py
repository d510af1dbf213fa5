"""Where the CPU time of a node goes: exclusive seconds by stage.

Rules of this file:
1. Stages nest; time is booked on the innermost one, so the sum is what the node spent in any.
2. Stages are entered per batch or block, never per transaction: reading the CPU clock costs 0.3 us.
3. Switched off (the default), enter and leave cost a comparison.
"""

import time
from collections.abc import Callable, Coroutine, Generator
from enum import IntEnum
from typing import Generic, TypeVar

from tokens.steps import Steps

T = TypeVar("T")


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

    def __init__(self, *, enabled: bool, clock_ns: Callable[[], int] = time.thread_time_ns) -> None:
        self.enabled = enabled
        self._clock_ns = clock_ns
        self.seconds_ns = [0] * len(Stage)
        """Exclusive nanoseconds by stage."""
        self._stack: list[int] = []
        self._since_ns = 0

    def enter(self, stage: Stage) -> None:
        """Book on `stage` until the matching leave."""
        if not self.enabled:
            return
        at = self._clock_ns()
        if self._stack:
            self.seconds_ns[self._stack[-1]] += at - self._since_ns
        self._stack.append(stage)
        self._since_ns = at

    def leave(self) -> None:
        """Back to the stage outside."""
        if not self.enabled:
            return
        at = self._clock_ns()
        self.seconds_ns[self._stack.pop()] += at - self._since_ns
        self._since_ns = at


def booked(stages: Stages, stage: Stage, steps: Steps[T]) -> Steps[T]:
    """The same steps, each of them booked on a stage; what runs between them is not."""
    while True:
        stages.enter(stage)
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            stages.leave()
        yield


class Metered(Generic[T]):
    """Awaits a coroutine and books each of its steps on a stage; waiting costs nothing."""

    __slots__ = ("_coroutine", "_stage", "_stages")

    def __init__(self, stages: Stages, stage: Stage, coroutine: Coroutine[object, None, T]) -> None:
        self._stages = stages
        self._stage = stage
        self._coroutine = coroutine

    def __await__(self) -> Generator[object, None, T]:
        """What the coroutine returns or raises."""
        error: BaseException | None = None
        while True:
            self._stages.enter(self._stage)
            try:
                waited = (
                    self._coroutine.send(None) if error is None else self._coroutine.throw(error)
                )
            except StopIteration as done:
                result: T = done.value
                return result
            finally:
                self._stages.leave()
            try:
                yield waited
                error = None
            except BaseException as raised:  # noqa: BLE001  handed to the coroutine, not kept
                error = raised
