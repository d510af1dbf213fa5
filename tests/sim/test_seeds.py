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


def test_clients_send_again_what_was_lost_with_the_node_that_took_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seed 11025: the one payment in flight could enter no block any more, and nobody sent.

    The seed as it was before sets changed.
    """
    monkeypatch.setattr(plan, "CHANGING_E3", 0)
    outcome = execution.run(plan.draw(11025), chosen=(0,))
    assert outcome.height > 9


def test_clients_do_not_insist_on_what_was_acknowledged() -> None:
    """Seed 11025 with two nodes more: the oldest payment waited again, and was decided long ago."""
    outcome = execution.run(plan.draw(11025), chosen=(0,))
    assert outcome.height > 6
