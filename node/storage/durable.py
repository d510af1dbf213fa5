"""Bytes that survive a power cut: the three system calls that make it so, once.

A file is durable after its own sync; a new, renamed or removed name is durable after the sync of
its folder. A failed sync is never tried again: the kernel has dropped the dirty pages by then and
the second call says yes without them. So errors pass through and the callers stop.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path

PRIVATE_FILE_MODE = 0o600
"""Owner reads and writes, nobody else anything."""


def sync_file(descriptor: int) -> None:
    """Put the bytes of an open file on the disk. OSError if they may not be there."""
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(descriptor)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte. A short write (disk nearly full) is continued until it raises."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def create_file(path: Path, data: bytes) -> None:
    """Write a new private file and sync it; its name is not durable yet. FileExistsError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(path, flags, PRIVATE_FILE_MODE)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Put new content under a name, so that a crash leaves the old or the new, never a mixture."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    create_file(temporary, data)
    temporary.replace(path)
    sync_folder(path.parent)


def keep_aside(path: Path, label: str) -> Path:
    """Rename a file or folder to the first free `<name>.<label>-1`, `-2`, ...; the new path.

    For what must not be used and not be lost either: it shows what the disk did.
    """
    number = 1
    while (target := path.with_name(f"{path.name}.{label}-{number}")).exists():
        number += 1
    path.rename(target)
    sync_folder(path.parent)
    return target
