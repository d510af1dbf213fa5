"""How late the event loop is: a timer asks every INTERVAL_S, and notes how much later it ran.

A node whose loop is late answers late, votes late, and may lose its views; the cause is a long step
of its own or a busy machine.
"""

import asyncio
from collections.abc import Callable

INTERVAL_S = 0.05
"""Between two samples: 20 a second cost less than a thousandth of a core."""


async def watch_loop(observe: Callable[[float], None]) -> None:
    """Report the lag in seconds for ever; ended by cancellation."""
    loop = asyncio.get_running_loop()
    due = loop.time() + INTERVAL_S
    while True:
        await asyncio.sleep(due - loop.time())
        now = loop.time()
        observe(max(0.0, now - due))
        due = now + INTERVAL_S
