"""Mutations: `make mutations N=1000 SEED=1 JOBS=1`, or python -m tests.sim.mutations.campaign.

    make mutations N=10000 SEED=7          the schedules of seeds 7 to 10006
    make mutations ARGS="--code 77"        one schedule again, by its seed

One schedule = up to f liars with a few rules each, under partitions by round; then all is healed.
"""

import sys
from collections.abc import Iterator
from functools import partial

from tests.sim import small
from tests.sim.mutations import schedule
from tests.sim.mutations.schedule import Schedule
from tests.sim.mutations.world import MutationWorld
from tests.sim.small import Campaign, Failure, Outcome

HEAL_MS = 1_500
"""End of all partitions and crashes."""


def run(drawn: Schedule) -> Outcome:
    """One schedule. Raises Failure."""
    plan = small.small_plan(drawn.seed, drawn.n, drawn.rotation)
    return small.execute(str(drawn.seed), partial(MutationWorld, plan, drawn), _play)


async def _play(world: MutationWorld) -> int:
    for node in world.nodes.values():
        node.start()
    await world.wait(small.MEET_MS)
    world.divide()
    await world.wait(HEAL_MS)
    world.heal()
    return await small.go_on(world)


def attempt(code: str) -> Outcome | str:
    """One schedule: what it did, or how it failed and how to repeat it."""
    drawn = schedule.draw(int(code))
    try:
        return run(drawn)
    except Failure as failure:
        rules = "\n".join(f"  {name}: {rule}" for name in drawn.rules for rule in drawn.rules[name])
        return f"{small.failed('mutations', failure)}\n{rules}\n  crash {drawn.crash}"


def _codes(seed: int, count: int) -> Iterator[str]:
    return map(str, range(seed, seed + count))


MUTATED = Campaign(
    verb="mutations",
    attempt=attempt,
    codes=_codes,
    must_happen=(
        *schedule.KINDS,
        "acknowledged",
        "crashes",
        "cut off",
        "evidence",
        "justified",
        "views",
    ),
    seen_from=200,
)

if __name__ == "__main__":
    sys.exit(small.main(MUTATED, sys.argv[1:]))
