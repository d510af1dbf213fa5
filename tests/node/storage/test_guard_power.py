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


@pytest.mark.parametrize("by_power", [False, True])
def test_a_guard_that_is_replaced_is_the_old_or_the_new_whatever_call_fails(by_power: bool) -> None:
    """The old one was renamed before there was a new one: a crash between left the key without."""
    found = []
    for failing in range(40):
        disk = new_disk()
        begin_guard(DATA, KEY, disk)
        old = SignGuard.open(GUARDS, KEY, disk)
        vote(old, 5, 0, P)
        old.close()
        disk.failing = failing
        done = True
        try:
            SignGuard.create(GUARDS, KEY, height=9, sequence=7, replace=True, disk=disk).close()
        except (GuardFailed, OSError):
            done = False
        disk.cut_power() if by_power else disk.kill()
        guard = SignGuard.open(GUARDS, KEY, disk)
        assert guard.state is GuardState.CURRENT
        assert guard.height in ((9,) if done else (5, 9))
        found.append(guard.height)
    assert set(found) == {5, 9}
    assert found[-1] == 9
