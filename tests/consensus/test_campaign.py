"""A small campaign in each run, and the promise that a seed means the same everywhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.consensus.campaign import campaign, main, run
from tests.consensus.chaos import draw

ROOT = Path(__file__).parents[2]
FIRST, COUNT = 1, 30


def test_a_small_campaign_finds_nothing_and_does_enough() -> None:
    """Counts are asserted: a campaign that does nothing finds nothing either."""
    outcomes = list(campaign(FIRST, COUNT))
    assert len(outcomes) == COUNT
    assert sum(outcome.heights for outcome in outcomes) >= 200
    assert sum(outcome.events for outcome in outcomes) >= 60_000
    assert sum(outcome.views for outcome in outcomes) >= 1_000
    assert sum(outcome.lies for outcome in outcomes) >= 500
    assert {outcome.n for outcome in outcomes} >= {4, 6, 7, 10}


def test_large_sets() -> None:
    """N = 31 once: the same machine, only slower."""
    outcome = next(campaign(3, 1, (31, 31)))
    assert outcome.n == 31
    assert outcome.heights >= 3


def test_the_same_seed_gives_the_same_trace_in_another_process() -> None:
    """And with another PYTHONHASHSEED: nothing depends on the order of a set."""
    here = run(draw(11)).trace
    assert here != run(draw(12)).trace
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-m", "tests.consensus.campaign", "--seed", "11", "--seeds", "1"]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert here in done.stdout


def test_the_plans_of_many_seeds_differ_in_all_that_matters() -> None:
    plans = [draw(seed) for seed in range(300)]
    assert {plan.n for plan in plans} == {4, 5, 6, 7, 10, 13}
    assert any(plan.sets for plan in plans)
    assert any(plan.amnesiacs for plan in plans)
    assert any(plan.liars for plan in plans)
    assert {plan.config["rotation"] for plan in plans} == {1, 2, 5, 100}
    for plan in plans:
        smallest = min(plan.n, *(len(members) for members in plan.sets.values()), 99)
        assert len(plan.liars) + len(plan.amnesiacs) <= (smallest - 1) // 3


def test_the_command_line_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "1", "--seeds", "2", "--n", "4..4"]) == 0
    assert "2 executions" in capsys.readouterr().out
