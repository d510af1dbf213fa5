"""Some seeds in each run of the tests; `make sim` takes as many as one likes."""

import pytest

from tests.sim import campaign, execution, plan

SEEDS = range(100, 108)


@pytest.mark.timeout(600)
def test_seeds_hold_every_property() -> None:
    totals = campaign.Totals()
    for seed in SEEDS:
        totals.add(execution.run(plan.draw(seed)))
    assert totals.executions == len(SEEDS)
    assert totals.heights > 100
    assert totals.stats["acknowledged blocks"] > 300
    assert totals.stats["votes"] > 1_000
