"""Schedules are values of their seed, and use every kind of fault."""

from node.devnet.profile import VALIDATORS
from tests.campaigns.network.random_faults import FAULTS_MAX, KINDS, draw

STEPS = 8


def test_a_seed_gives_one_schedule() -> None:
    assert draw(7, VALIDATORS, STEPS, 3.0) == draw(7, VALIDATORS, STEPS, 3.0)
    assert draw(7, VALIDATORS, STEPS, 3.0) != draw(8, VALIDATORS, STEPS, 3.0)


def test_all_kinds_of_faults_are_drawn_and_steps_are_bounded() -> None:
    kinds = set()
    for seed in range(30):
        for step in draw(seed, VALIDATORS, STEPS, 3.0):
            assert 1 <= len(step.faults) <= FAULTS_MAX
            assert 0 < step.seconds < 6
            kinds |= {fault.kind for fault in step.faults}
            assert all(fault.name != fault.other for fault in step.faults)
    assert kinds == set(KINDS)
