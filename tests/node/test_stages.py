"""The CPU meter: nesting, exclusiveness, and coroutines that wait."""

import asyncio
import time

import pytest

from node.stages import Metered, Stage, Stages


def burn() -> int:
    """A few milliseconds of CPU."""
    return sum(range(200_000))


def test_a_nested_stage_is_booked_alone() -> None:
    stages = Stages(enabled=True)
    stages.enter(Stage.CONSENSUS)
    stages.enter(Stage.APPLY)
    burn()
    inner_began = time.thread_time_ns()
    stages.leave()
    outer = stages.seconds_ns[Stage.CONSENSUS]
    stages.leave()
    assert stages.seconds_ns[Stage.APPLY] > 0
    assert outer < stages.seconds_ns[Stage.APPLY]
    assert stages.seconds_ns[Stage.CONSENSUS] <= time.thread_time_ns() - inner_began + outer


def test_switched_off_it_books_nothing() -> None:
    stages = Stages(enabled=False)
    stages.enter(Stage.APPLY)
    burn()
    stages.leave()
    assert sum(stages.seconds_ns) == 0


async def test_steps_of_a_coroutine_are_booked_and_its_waiting_is_not() -> None:
    stages = Stages(enabled=True)
    gate = asyncio.Event()

    async def work() -> int:
        burn()
        await gate.wait()
        return burn()

    async def other() -> None:
        burn()
        gate.set()

    async def run() -> int:
        return await Metered(stages, Stage.RPC, work())

    async with asyncio.TaskGroup() as group:
        running = group.create_task(run())
        group.create_task(other())
    assert running.result() == burn()
    assert stages.seconds_ns[Stage.RPC] > 0
    stages.enter(Stage.RPC)
    stages.leave()


async def test_errors_and_cancellation_pass_through() -> None:
    stages = Stages(enabled=True)

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
