"""Runs a target: each input is a pure function of (seed, target, number), judged and counted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.fuzz import budget
from tests.fuzz.mutate import Mutator
from tests.fuzz.target import Target

REPAIRED = 0.5
"""Share of the mutants whose hashes and signatures are made to fit."""
MUST_SEE_FROM = 2_000
"""Executions from which a target's `must_see` is demanded."""


class Failed(AssertionError):
    """An input broke something; `data` are its bytes."""

    def __init__(self, number: int, data: bytes, cause: BaseException) -> None:
        super().__init__(f"input {number} ({len(data)} bytes): {type(cause).__name__}: {cause}")
        self.number = number
        self.data = data


@dataclass
class Totals:
    """What a run did."""

    executions: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest_ns: int = 0
    slowest_bytes: int = 0
    peak_bytes: int = 0
    peak_of_bytes: int = 0
    measured: int = 0
    """Inputs whose memory was measured."""
    largest_bytes: int = 0

    def sentence(self) -> str:
        """For the ledger of campaigns."""
        return (
            f"{self.executions} executions, {len(self.outcomes)} outcomes; "
            f"slowest {self.slowest_ns / 1e6:.2f} ms ({self.slowest_bytes} bytes); memory of "
            f"{self.measured} measured, highest {self.peak_bytes} bytes "
            f"({self.peak_of_bytes} bytes); largest input {self.largest_bytes} bytes"
        )


def inputs(target: Target, name: str, seed: int, numbers: Iterable[int]) -> Iterator[bytes]:
    """The mutants of these numbers."""
    mutator = Mutator(target.seeds(), target.form, target.input_bytes_max)
    for number in numbers:
        rng = Random(f"{seed} {name} {number}")
        data = mutator.mutant(rng)
        repaired = target.repair(data) if rng.random() < REPAIRED else data
        yield repaired[: target.input_bytes_max]


def run(
    target: Target, name: str, seed: int, first: int, count: int, twin: Target | None = None
) -> Totals:
    """`count` inputs from a number on, which is taken down to the beginning of its life.

    Args:
        target: what is run.
        name: of the target, part of each input's seed.
        seed: of the campaign.
        first: number of the first input.
        count: how many.
        twin: another one of the same, for measurements, which need new lives; without it those of
            `target` are cut short.

    Raises:
        Failed: the first input that breaks something.
    """
    first -= first % target.inputs_per_life
    numbers = range(first, first + count)
    totals = Totals()
    for number, data in zip(numbers, inputs(target, name, seed, numbers), strict=True):
        if number % target.inputs_per_life == 0:
            target.reset(number // target.inputs_per_life)
        judge(target, number, data, totals, twin)
    return totals


def judge(
    target: Target, number: int, data: bytes, totals: Totals, twin: Target | None = None
) -> None:
    """One input. Raises Failed."""
    measured = target if twin is None else twin
    try:
        parsed, taken_ns = budget.timed(target, data)
        outcome = parsed if isinstance(parsed, str) else parsed()
        slow = taken_ns > budget.CPU_NS_PER_UNIT // 2
        large = len(data) >= budget.MEMORY_FROM_BYTES
        taken_ns = budget.check_time(measured, data, taken_ns)
        if slow or large or number % budget.MEMORY_EVERY == 0:
            peak = budget.check_memory(measured, data)
            totals.measured += 1
            if peak > totals.peak_bytes:
                totals.peak_bytes, totals.peak_of_bytes = peak, len(data)
    except Exception as error:
        raise Failed(number, data, error) from error
    totals.executions += 1
    totals.outcomes[outcome] += 1
    totals.largest_bytes = max(totals.largest_bytes, len(data))
    if taken_ns > totals.slowest_ns:
        totals.slowest_ns, totals.slowest_bytes = taken_ns, len(data)


def unseen(target: Target, totals: Totals) -> list[str]:
    """Outcomes that a run of this length has to reach and did not."""
    if totals.executions < MUST_SEE_FROM:
        return []
    return sorted(outcome for outcome in target.must_see if not totals.outcomes[outcome])
