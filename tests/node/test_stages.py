"""The CPU meter: nesting, exclusiveness, and coroutines that wait."""

import asyncio

import pytest

from node.stages import Metered, Stage, Stages


class Clock:
    """CPU time that passes when it is told to."""

    def __init__(self) -> None:
        self.ns = 1_000

    def __call__(self) -> int:
        return self.ns

    def burn(self, ns: int) -> None:
        self.ns += ns


def meter() -> tuple[Stages, Clock]:
    clock = Clock()
    return Stages(enabled=True, clock_ns=clock), clock


def test_a_nested_stage_is_booked_alone() -> None:
    stages, clock = meter()
    stages.enter(Stage.CONSENSUS)
    clock.burn(5)
    stages.enter(Stage.APPLY)
    clock.burn(70)
    stages.leave()
    clock.burn(6)
    stages.leave()
    clock.burn(1_000)
    assert stages.seconds_ns[Stage.CONSENSUS] == 11
    assert stages.seconds_ns[Stage.APPLY] == 70
    assert sum(stages.seconds_ns) == 81


def test_switched_off_it_books_nothing() -> None:
    clock = Clock()
    stages = Stages(enabled=False, clock_ns=clock)
    stages.enter(Stage.APPLY)
    clock.burn(70)
    stages.leave()
    assert sum(stages.seconds_ns) == 0


async def test_steps_of_a_coroutine_are_booked_and_its_waiting_is_not() -> None:
    stages, clock = meter()
    gate = asyncio.Event()

    async def work() -> str:
        clock.burn(3)
        await gate.wait()
        clock.burn(4)
        return "done"

    async def other() -> None:
        clock.burn(1_000)
        gate.set()

    async def run() -> str:
        return await Metered(stages, Stage.RPC, work())

    async with asyncio.TaskGroup() as group:
        running = group.create_task(run())
        group.create_task(other())
    assert running.result() == "done"
    assert stages.seconds_ns[Stage.RPC] == 7


async def test_errors_and_cancellation_pass_through() -> None:
    stages, _ = meter()

    async def fails() -> None:
        raise ValueError("as it was")

    with pytest.raises(ValueError, match="as it was"):
        await Metered(stages, Stage.RPC, fails())

    cleaned: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append("yes")

    async def run() -> None:
        await Metered(stages, Stage.RPC, waits())

    async with asyncio.TaskGroup() as group:
        task = group.create_task(run())
        await asyncio.sleep(0)
        task.cancel()
    assert cleaned == ["yes"]
    assert task.cancelled()
