"""A few scenarios in each run of the tests; `make twins` takes as many as one likes."""

import pytest

from tests.sim import small
from tests.sim.rounds import partitions
from tests.sim.twins import campaign, space

N = 16


def test_partitions_are_all_and_each_once() -> None:
    """Stirling numbers of the second kind: S(n, 1) + S(n, 2) + S(n, 3)."""
    for processes, count in ((4, 1 + 7 + 6), (5, 1 + 15 + 25), (9, 1 + 255 + 3025)):
        found = partitions(processes)
        assert len(found) == len(set(found)) == count
        assert all(len(groups) == processes for groups in found)


def test_a_walk_repeats_no_scenario() -> None:
    codes = [scenario.code for scenario in space.walk(3, 5_000, campaign.SIZES)]
    assert len(set(codes)) == len(codes)
    assert {code.split(".")[0] for code in codes} == {"4", "7"}


def test_a_code_names_its_scenario() -> None:
    scenario = next(iter(space.walk(5, 1, campaign.SIZES)))
    assert space.of_code(scenario.code) == scenario
    with pytest.raises(ValueError, match="below"):
        space.of_code(f"4.1.0.{space.Space(4, (1, 0)).size}")


def test_all_numbers_of_a_small_space_are_different_scenarios() -> None:
    whole = space.Space(4, (1, 0))
    step = 997
    seen = {repr(whole.scenario(number)) for number in range(0, whole.size, step)}
    assert len(seen) == len(range(0, whole.size, step))


@pytest.mark.timeout(300)
def test_scenarios_hold_every_property() -> None:
    totals = small.Totals()
    for result in small.results(campaign.TWINS, 1, N, 1):
        assert not isinstance(result, str), result
        totals.add(result)
    assert totals.executions == N
    for word in ("cut off", "decided by twins", "decided while split", "evidence due", "views"):
        assert totals.stats[word] > 0, word


@pytest.mark.timeout(300)
def test_the_same_scenario_gives_the_same_trace() -> None:
    scenario = next(iter(space.walk(9, 1, (4,))))
    assert campaign.run(scenario) == campaign.run(scenario)
