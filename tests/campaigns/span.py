"""How long a fault lasts: the one place of the campaigns where time passes on purpose.

A fault has a length; what follows from it is awaited as a condition, never slept for.
"""

import asyncio


async def last(seconds: float, until: asyncio.Event | None = None) -> None:
    """Let so much time pass, or less if the event is set first."""
    try:
        async with asyncio.timeout(seconds):
            await (until or asyncio.Event()).wait()
    except TimeoutError:
        return
