"""A few schedules in each run of the tests; `make mutations` takes as many as one likes."""

import pytest

from tests.sim import small
from tests.sim.mutations import campaign, schedule
from tests.sim.mutations.schedule import KINDS

N = 16


def test_each_kind_is_a_focus_of_some_seed() -> None:
    drawn = [schedule.draw(seed) for seed in range(len(schedule.FOCUSES))]
    first = {next(iter(each.rules.values()))[0].kind for each in drawn}
    assert first == set(KINDS)


def test_liars_are_at_most_f() -> None:
    for seed in range(200):
        drawn = schedule.draw(seed)
        assert 1 <= len(drawn.rules) <= (drawn.n - 1) // 3


@pytest.mark.timeout(300)
def test_schedules_hold_every_property() -> None:
    totals = small.Totals()
    for result in small.results(campaign.MUTATED, 1, N, 1):
        assert not isinstance(result, str), result
        totals.add(result)
    assert totals.executions == N
    assert sum(totals.stats[kind] for kind in KINDS) > 100


@pytest.mark.timeout(300)
def test_the_same_seed_gives_the_same_trace() -> None:
    drawn = schedule.draw(5)
    assert campaign.run(drawn) == campaign.run(drawn)
