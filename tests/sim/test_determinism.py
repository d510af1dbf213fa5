"""The same seed is the same execution: in another process, with another order of hashes."""

import os
import subprocess
import sys

import pytest

from tests.sim import execution, plan

SEED = 13
"""With kills, power cuts and partitions."""


def trace_of(seed: int, hash_seed: str) -> str:
    """The trace hash that another process finds."""
    program = (
        f"from tests.sim import execution, plan; print(execution.run(plan.draw({seed})).trace)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.timeout(600)
def test_a_seed_gives_the_same_trace_in_other_processes() -> None:
    here = execution.run(plan.draw(SEED)).trace
    assert [trace_of(SEED, hash_seed) for hash_seed in ("0", "4711")] == [here, here]


def test_another_seed_gives_another_trace() -> None:
    assert execution.run(plan.draw(8)).trace != execution.run(plan.draw(10)).trace


def test_a_fault_left_out_moves_no_other() -> None:
    drawn = plan.draw(SEED)
    assert plan.draw(SEED) == drawn
    assert len(drawn.faults) == 13  # ten of them change the set
    assert execution.run(drawn, range(len(drawn.faults))).trace == execution.run(drawn).trace
