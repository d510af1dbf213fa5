"""The only place of a node that reads clocks."""

import time

from consensus.events import Now


def cpu_seconds() -> float:
    """CPU time that this thread has used; for budgets, which only differences matter to."""
    return time.thread_time()


def now() -> Now:
    """Monotonic and wall milliseconds of this moment."""
    return Now(
        mono_ms=time.monotonic_ns() // 1_000_000,
        wall_ms=time.time_ns() // 1_000_000,
    )
