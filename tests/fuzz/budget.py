"""What bytes may cost before anybody has vouched for them (design figure: parsers).

10 ms of this process's CPU time and 8 x 64 KiB of memory for each 64 KiB of input or part of it. A
measurement above the limit counts only if it repeats: the least of REPEATS, each on a fresh target,
because a busy machine and the garbage collector make single ones worthless.
"""

import gc
import time
import tracemalloc

from tests.fuzz.target import Act, Target

UNIT_BYTES = 64 * 1024
CPU_NS_PER_UNIT = 10_000_000
MEMORY_BYTES_PER_UNIT = 8 * UNIT_BYTES
REPEATS = 3
MEMORY_EVERY = 64
"""Memory is measured at one input of so many, at each slow one and at each large one."""
MEMORY_FROM_BYTES = 8 * 1024


class OverBudget(AssertionError):
    """An input costs more than its size allows, each time."""


def units(data: bytes) -> int:
    """How many times the budget of 64 KiB an input has."""
    return max(1, -(-len(data) // UNIT_BYTES))


def timed(target: Target, data: bytes) -> tuple[str | Act, int]:
    """Parse; the nanoseconds of CPU that it took."""
    begin = time.process_time_ns()
    parsed = target.parse(data)
    return parsed, time.process_time_ns() - begin


def least_ns(target: Target, data: bytes) -> int:
    """Of REPEATS parses, each in a new life."""
    found = []
    for _ in range(REPEATS):
        target.reset()
        gc.collect()
        found.append(timed(target, data)[1])
    return min(found)


def peak_bytes(target: Target, data: bytes) -> int:
    """Memory that parsing holds at its peak, the input itself not counted."""
    target.reset()
    tracemalloc.start()
    try:
        kept = target.parse(data)
        peak = tracemalloc.get_traced_memory()[1]
        del kept
    finally:
        tracemalloc.stop()
    return peak


def check_time(target: Target, data: bytes, taken_ns: int) -> int:
    """The time that counts. Raises OverBudget."""
    limit = units(data) * CPU_NS_PER_UNIT
    if taken_ns <= limit:
        return taken_ns
    taken_ns = least_ns(target, data)
    if taken_ns > limit:
        raise OverBudget(
            f"{taken_ns / 1e6:.1f} ms of CPU for {len(data)} bytes; {limit / 1e6:.0f} ms allowed"
        )
    return taken_ns


def check_memory(target: Target, data: bytes) -> int:
    """The peak. Raises OverBudget."""
    limit = units(data) * MEMORY_BYTES_PER_UNIT
    peak = peak_bytes(target, data)
    if peak > limit:
        peak = min(peak, peak_bytes(target, data))
    if peak > limit:
        raise OverBudget(f"{peak} bytes of memory for {len(data)} bytes; {limit} allowed")
    return peak
