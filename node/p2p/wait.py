"""Waiting for an event, but not for ever."""

import asyncio


async def within(event: asyncio.Event, timeout_s: float) -> bool:
    """Whether the event is set within that time."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
