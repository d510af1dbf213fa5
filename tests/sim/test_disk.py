"""The simulated disk keeps what was synced, and of the rest what chance gives."""

import errno
import random
from pathlib import Path

import pytest

from node.storage.durable import create_file, replace_file
from tests.sim.disk import SECTOR_BYTES, SimDisk

FOLDER = Path("data")
FILE = FOLDER / "file"
OLD, NEW = b"o" * SECTOR_BYTES, b"n" * 3 * SECTOR_BYTES


def with_file(seed: int) -> SimDisk:
    """One durable file of one sector."""
    disk = SimDisk(random.Random(seed))
    disk.make_folder(FOLDER)
    disk.sync_folder(FOLDER.parent)
    create_file(FILE, OLD, disk)
    disk.sync_folder(FOLDER)
    return disk


def test_a_kill_loses_nothing_and_a_power_cut_what_was_not_synced() -> None:
    found: dict[bytes, None] = {}
    for seed in range(60):
        disk = with_file(seed)
        descriptor = disk.open_end(FILE)
        disk.write(descriptor, NEW)
        disk.kill()
        assert disk.read(FILE) == OLD + NEW
        disk.cut_power()
        data = disk.read(FILE)
        assert data.startswith(OLD)
        assert len(data) % SECTOR_BYTES == 0
        assert set(data[SECTOR_BYTES:]) <= {0, ord("n")}
        found[data] = None
    assert OLD in found
    assert OLD + NEW in found
    assert any(b"\x00" in data for data in found)
    assert len(found) > 4


def test_what_was_synced_is_there_after_any_power_cut() -> None:
    for seed in range(20):
        disk = with_file(seed)
        descriptor = disk.open_end(FILE)
        disk.write(descriptor, NEW)
        disk.sync(descriptor)
        disk.cut_power()
        assert disk.read(FILE) == OLD + NEW


def test_a_replaced_file_is_the_old_or_the_new_one_wherever_the_power_fails() -> None:
    class Cut(Exception):
        pass

    seen: dict[bytes, None] = {}
    for number in range(8):
        for seed in range(12):
            disk, left = with_file(seed), [number]

            def effect(name: str, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] < 0:
                    raise Cut(name)

            disk.effect = effect
            try:
                replace_file(FILE, NEW, disk)
            except Cut:
                disk.cut_power()
            assert disk.read(FILE) in (OLD, NEW)
            seen[disk.read(FILE)] = None
    assert len(seen) == 2


def test_a_name_without_a_sync_of_its_folder_may_be_lost() -> None:
    kept = []
    for seed in range(20):
        disk = with_file(seed)
        create_file(FOLDER / "other", NEW, disk)
        disk.cut_power()
        kept.append(disk.exists(FOLDER / "other"))
    assert True in kept
    assert False in kept


def test_after_a_failed_sync_the_kernel_shows_what_the_platter_never_gets() -> None:
    disk = with_file(1)
    descriptor = disk.open_end(FILE)
    disk.write(descriptor, NEW)
    disk.failing = 0
    with pytest.raises(OSError, match="simulated"):
        disk.sync(descriptor)
    disk.kill()
    again = disk.open_end(FILE)
    disk.sync(again)
    assert disk.read(FILE) == OLD + NEW
    disk.cut_power()
    assert disk.read(FILE) == OLD


def test_a_full_disk_takes_a_part() -> None:
    disk = with_file(1)
    disk.failing, disk.error = 0, errno.ENOSPC
    descriptor = disk.open_end(FILE)
    with pytest.raises(OSError, match="simulated"):
        disk.write(descriptor, NEW)
    assert len(OLD) <= len(disk.read(FILE)) < len(OLD + NEW)


def test_a_flipped_bit_is_one_bit() -> None:
    disk = with_file(3)
    assert disk.flip(FILE)
    changed = [a ^ b for a, b in zip(disk.read(FILE), OLD, strict=True)]
    assert sum(each.bit_count() for each in changed) == 1
    assert not disk.flip(FOLDER / "no file")
