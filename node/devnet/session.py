"""Runs a coroutine until it ends or the user ends it; its `finally` blocks run in every case."""

import asyncio
import signal
from collections.abc import Callable, Coroutine

Main = Callable[[], Coroutine[None, None, int]]


class Interrupted(Exception):
    """Ctrl-C or SIGTERM, after everything was cleaned up."""


def run_session(main: Main) -> int:
    """Status of `main`. Raises Interrupted when SIGINT or SIGTERM ended it."""
    try:
        return asyncio.run(_cancelled_by_sigterm(main))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Interrupted("interrupted") from None


async def _cancelled_by_sigterm(main: Main) -> int:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await main()
