"""The campaign itself: what it prints, what it asserts, how it cuts a failing plan down."""

import msgspec
import pytest

from tests.sim import campaign, execution, faults, plan, shrink
from tests.sim.execution import Failure
from tests.sim.plan import Fault
from tests.sim.test_checks_bite import small_plan
from tests.sim.violation import Violation
from tests.sim.world import World

NEEDED = (3, 6)
"""Numbers of the two faults that fail together."""


@pytest.fixture
def harmful(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second rush of clients breaks something."""

    def rush(world: World, fault: Fault) -> None:
        world.count("rush")
        if world.stats["rush"] == 2:
            world.fail(Violation("two rushes"))

    monkeypatch.setitem(faults.FAULTS, "rush", rush)


def planned(*kinds: str) -> plan.Plan:
    nodes = ("v00", "v01", "v02", "v03")
    return small_plan(
        faults=tuple(
            Fault(at_ms=100 * number, kind=kind, nodes=nodes, for_ms=100, value=2)
            for number, kind in enumerate(kinds)
        )
    )


@pytest.mark.usefixtures("harmful")
def test_a_failing_plan_is_cut_down_to_what_it_needs() -> None:
    drawn = planned("kill", "split", "clock", "rush", "clog", "slow", "rush", "isolate")
    found = shrink.failure_of(drawn, tuple(range(8)))
    assert isinstance(found, Failure)
    chosen, last, attempts = shrink.shrink(drawn, found)
    assert chosen == NEEDED
    assert "two rushes" in str(last)
    assert attempts <= shrink.ATTEMPTS_MAX
    text = shrink.report(drawn, found)
    assert 'make sim SEED=1 ARGS="--only 3,6,"' in text
    assert "make sim SEED=1 N=1" in text


@pytest.mark.usefixtures("harmful")
def test_a_failing_seed_ends_the_campaign_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = planned("rush", "rush")
    monkeypatch.setattr(plan, "draw", lambda seed: drawn)
    assert campaign.main(["--seed", "1", "--n", "3"]) == 1
    printed = capsys.readouterr().out
    assert "seed 1 FAILED: Violation: two rushes" in printed
    assert "0 executions" in printed


def test_a_campaign_counts_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = planned()
    monkeypatch.setattr(plan, "draw", lambda seed: msgspec.structs.replace(drawn, seed=seed))
    assert campaign.main(["--seed", "5", "--n", "2"]) == 0
    assert "2 executions, 0.0 node-hours" in capsys.readouterr().out


def test_a_kind_of_fault_that_never_happens_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(campaign, "FAULTS_SEEN_FROM", 1)
    drawn = planned("kill")
    monkeypatch.setattr(plan, "draw", lambda seed: drawn)
    assert campaign.main(["--seed", "1", "--n", "1"]) == 1
    printed = capsys.readouterr().out
    assert "never happened: power, blackout" in printed
    assert "kill 1" in printed


def test_every_kind_that_a_seed_may_draw_can_be_done() -> None:
    assert {*plan.KINDS, *plan.SET_KINDS, *plan.SNAPSHOT_KINDS} == set(faults.FAULTS)
    assert set(plan.FRAIL_ONLY) == set(faults.FORGET)


def test_power_cuts_take_names_back() -> None:
    """In a row on one machine, so that they fall into its starts too."""
    cuts = tuple(
        Fault(at_ms=40 * number, kind="power", nodes=("v01",), for_ms=10, value=1 + number % 12)
        for number in range(100)
    )
    stats = execution.run(small_plan(faults=cuts)).stats
    assert stats["power"] > 15
    assert stats["names lost"] > 0


def test_one_seed_can_be_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert campaign.main(["--seed", "101", "--only", "", "--show"]) == 0
    shown = capsys.readouterr().out
    assert '"seed": 101' in shown
    assert execution.run(plan.draw(101), ()).trace in shown
