"""The guard on a disk that loses power: what it has answered from is never forgotten."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from node.restart import begin_guard
from node.storage.sign_guard import GuardFailed, GuardState, SignGuard
from tests.node.storage.guards import KEY, P, vote
from tests.sim.disk import SimDisk

DATA = Path("data")
GUARDS = DATA / "guard"


def new_disk() -> SimDisk:
    disk = SimDisk(random.Random(1))
    disk.make_folder(DATA)
    disk.sync_folder(DATA.parent)
    return disk


def test_a_new_guard_survives_the_first_power_cut() -> None:
    """The name of its folder was durable by luck only."""
    for seed in range(20):
        disk = SimDisk(random.Random(seed))
        disk.make_folder(DATA)
        disk.sync_folder(DATA.parent)
        begin_guard(DATA, KEY, disk)
        disk.cut_power()
        assert SignGuard.open(GUARDS, KEY, disk).state is GuardState.FRESH


def test_a_vote_whose_sync_failed_is_durable_before_it_counts_as_signed() -> None:
    """After a failed sync the kernel shows the bytes on and says yes to the next sync."""
    disk = new_disk()
    begin_guard(DATA, KEY, disk)
    guard = SignGuard.open(GUARDS, KEY, disk)
    disk.failing = 1
    with pytest.raises(GuardFailed):
        vote(guard, 5, 0, P)
    disk.kill()
    signed = SignGuard.open(GUARDS, KEY, disk).records()
    assert len(signed) == 1
    disk.cut_power()
    assert SignGuard.open(GUARDS, KEY, disk).records() == signed
