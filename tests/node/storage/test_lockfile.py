"""One process per data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from node.storage.lockfile import LOCK_FILE_NAME, FolderLock, FolderLocked

HOLD = """
import sys
from pathlib import Path
from node.storage.lockfile import FolderLock
lock = FolderLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_owner_is_told_the_process_id_of_the_first(tmp_path: Path) -> None:
    lock = FolderLock.acquire(tmp_path)
    with pytest.raises(FolderLocked, match=f"process {os.getpid()}") as caught:
        FolderLock.acquire(tmp_path)
    assert caught.value.pid == str(os.getpid())
    lock.release()
    lock.release()
    FolderLock.acquire(tmp_path).release()


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(FolderLocked, match=f"process {other.pid}"):
            FolderLock.acquire(tmp_path)
        other.kill()
        other.wait()
    lock = FolderLock.acquire(tmp_path)
    assert (tmp_path / LOCK_FILE_NAME).read_text() == f"{os.getpid()}\n"
    lock.release()


def test_a_long_old_process_id_is_not_left_behind(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE_NAME).write_text("99999999999999\n")
    lock = FolderLock.acquire(tmp_path)
    assert (tmp_path / LOCK_FILE_NAME).read_text() == f"{os.getpid()}\n"
    lock.release()


def test_a_missing_folder_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FolderLock.acquire(tmp_path / "absent")
