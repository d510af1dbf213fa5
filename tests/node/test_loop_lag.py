"""The lag of the event loop is what a timer runs later than due."""

import asyncio
from typing import cast

from node.loop_lag import INTERVAL_S, watch_loop
from tests.node.support.virtual_loop import VirtualLoop, run_virtually

SAMPLES = 10
STEP_S = 0.3


def test_an_idle_loop_has_no_lag_and_a_long_step_shows() -> None:
    async def main() -> None:
        seen: list[float] = []
        enough = asyncio.Event()
        loop = cast("VirtualLoop", asyncio.get_running_loop())

        def observe(lag_s: float) -> None:
            seen.append(lag_s)
            if len(seen) == 3:
                loop._virtual.at_s += STEP_S  # what a step of so many seconds does to the clock
            if len(seen) == SAMPLES:
                enough.set()

        async with asyncio.TaskGroup() as group:
            task = group.create_task(watch_loop(observe))
            await enough.wait()
            task.cancel()
        assert abs(seen.pop(3) - (STEP_S - INTERVAL_S)) < 1e-6
        assert max(seen) < 1e-6

    run_virtually(main)
