"""The only place of a node that reads clocks."""

import time

from consensus.events import Now


def now() -> Now:
    """Monotonic and wall milliseconds of this moment."""
    return Now(
        mono_ms=time.monotonic_ns() // 1_000_000,
        wall_ms=time.time_ns() // 1_000_000,
    )
