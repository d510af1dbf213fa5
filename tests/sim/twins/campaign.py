"""Twins: `make twins N=1000 SEED=1 JOBS=1`, or python -m tests.sim.twins.campaign.

    make twins N=20000 SEED=7            20,000 scenarios of walk 7
    make twins ARGS="--code 4.2.1.77"    one scenario again, by its code

One scenario = the first views of one or two heights under their partitions; then all is healed.
"""

import sys
from collections.abc import Iterator
from functools import partial

from tests.sim import small
from tests.sim.small import Campaign, Failure, Outcome
from tests.sim.twins import space
from tests.sim.twins.space import Scenario
from tests.sim.twins.world import TwinWorld

SIZES = (4, 4, 4, 7)
"""Validators: three scenarios of four with one pair, the others with two."""
HEAL_MS = 1_500
"""End of all partitions: by then views 0 to 3 of both heights have timed out."""


def run(scenario: Scenario) -> Outcome:
    """One scenario. Raises Failure."""
    plan = small.small_plan(scenario.seed, len(scenario.identities), 100)
    return small.execute(scenario.code, partial(TwinWorld, plan, scenario), _play)


async def _play(world: TwinWorld) -> int:
    for node in world.nodes.values():
        node.start()
    await world.wait(small.MEET_MS)
    world.divide()
    for node in world.nodes.values():
        world.workload.send(node, (world.workload.make(0),))
    await world.wait(HEAL_MS)
    world.heal()
    recovery_ms = await small.go_on(world)
    world.stats["evidence due"] = world.due.found
    return recovery_ms


def attempt(code: str) -> Outcome | str:
    """One scenario: what it did, or how it failed and how to repeat it."""
    try:
        return run(space.of_code(code))
    except Failure as failure:
        return small.failed("twins", failure)


def _codes(seed: int, count: int) -> Iterator[str]:
    return (scenario.code for scenario in space.walk(seed, count, SIZES))


TWINS = Campaign(
    verb="twins",
    attempt=attempt,
    codes=_codes,
    must_happen=(
        "acknowledged",
        "cut off",
        "decided by twins",
        "decided while split",
        "evidence",
        "evidence due",
        "halts",
        "justified",
        "views",
    ),
    seen_from=200,
)

if __name__ == "__main__":
    sys.exit(small.main(TWINS, sys.argv[1:]))
