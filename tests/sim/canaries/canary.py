"""What a seeded bug is, and which executions look for it."""

from collections.abc import Callable, Iterator
from itertools import count, islice

import msgspec
import pytest

from tests.sim import plan
from tests.sim.mutations import schedule
from tests.sim.twins import campaign as twins
from tests.sim.twins import space

Patch = pytest.MonkeyPatch
EXECUTIONS_MAX = 400
"""Of one hunt; all are found far earlier."""


class Canary(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong line, planted by a test into the running product and never part of it."""

    name: str
    layer: str
    rule: str
    """What it breaks."""
    plant: Callable[[Patch], None]
    campaign: str
    """"twins", "mutations", or "sim": plans with snapshots, on whole nodes with all faults."""
    finding: tuple[str, ...]
    """Words of the checker that finds it, or of one of several."""
    seed: int = 1
    """Of the walk of Twins; the first seed of the others."""
    focus: str | None = None
    """Of mutations: only seeds with this focus."""

    def codes(self) -> Iterator[str]:
        """The executions of a hunt, in order."""
        if self.campaign == "twins":
            walk = space.walk(self.seed, EXECUTIONS_MAX, twins.SIZES)
            return (scenario.code for scenario in walk)
        if self.campaign == "sim":
            seeds = count(self.seed)
            taking = (seed for seed in seeds if plan.draw(seed).snapshots is not None)
            return islice(map(str, taking), EXECUTIONS_MAX)
        return islice(self._seeds(), EXECUTIONS_MAX)

    def _seeds(self) -> Iterator[str]:
        number, kinds = self.seed, schedule.FOCUSES
        while True:
            if self.focus is None or kinds[number % len(kinds)] == self.focus:
                yield str(number)
            number += 1
