"""Bytes that survive a power cut: the system calls that make it so, and how they are combined.

A file is durable after its own sync; a new, renamed or removed name is durable after the sync of
its folder. A failed sync is never tried again: the kernel has dropped the dirty pages by then and
the second call says yes without them. So errors pass through and the callers stop.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path
from typing import Protocol

PRIVATE_FILE_MODE = 0o600
"""Owner reads and writes, nobody else anything."""
PRIVATE_FOLDER_MODE = 0o700
"""The same of a folder."""


class Disk(Protocol):
    """The calls that everything durable is made of. Each raises OSError.

    A simulation puts a disk with a volatile and a durable image in its place.
    """

    def names(self, folder: Path) -> list[str]:
        """What is in a folder, sorted; empty if there is no such folder."""

    def exists(self, path: Path) -> bool:
        """Whether there is a file or folder of that name."""

    def read(self, path: Path) -> bytes:
        """All of a file."""

    def make_folder(self, folder: Path) -> None:
        """Make a private folder, and those above it; nothing happens if it is there."""

    def create(self, path: Path) -> int:
        """Descriptor of a new private file, for writing. FileExistsError."""

    def open_end(self, path: Path) -> int:
        """Descriptor of a file that is there, for appending."""

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """Append; how many bytes were taken, which may be fewer."""

    def sync(self, descriptor: int) -> None:
        """Put the bytes of an open file on the disk."""

    def close(self, descriptor: int) -> None:
        """Release a descriptor."""

    def remove(self, path: Path) -> None:
        """Remove a file; nothing happens if there is none."""

    def rename(self, path: Path, target: Path) -> None:
        """Give a file or folder another name; a file of that name is replaced."""

    def sync_folder(self, folder: Path) -> None:
        """Put the names in a folder on the disk."""


class OsDisk:
    """The disk of this machine. See `Disk`."""

    def names(self, folder: Path) -> list[str]:
        """See `Disk.names`."""
        return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []

    def exists(self, path: Path) -> bool:
        """See `Disk.exists`."""
        return path.exists()

    def read(self, path: Path) -> bytes:
        """See `Disk.read`."""
        return path.read_bytes()

    def make_folder(self, folder: Path) -> None:
        """See `Disk.make_folder`."""
        folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)

    def create(self, path: Path) -> int:
        """See `Disk.create`."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        return os.open(path, flags, PRIVATE_FILE_MODE)

    def open_end(self, path: Path) -> int:
        """See `Disk.open_end`."""
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """See `Disk.write`."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """See `Disk.sync`. OSError if the bytes may not be there."""
        if sys.platform == "darwin":
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fdatasync(descriptor)

    def close(self, descriptor: int) -> None:
        """See `Disk.close`."""
        os.close(descriptor)

    def remove(self, path: Path) -> None:
        """See `Disk.remove`."""
        path.unlink(missing_ok=True)

    def rename(self, path: Path, target: Path) -> None:
        """See `Disk.rename`."""
        path.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """See `Disk.sync_folder`."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


OS_DISK = OsDisk()
"""The one disk of a process."""


def sync_folder(folder: Path, disk: Disk = OS_DISK) -> None:
    """Put the names in a folder on the disk."""
    disk.sync_folder(folder)


def make_folder(folder: Path, disk: Disk = OS_DISK) -> None:
    """Make a private folder whose own name is durable too."""
    if not disk.exists(folder):
        disk.make_folder(folder)
        disk.sync_folder(folder.parent)


def write_all(descriptor: int, data: bytes, disk: Disk = OS_DISK) -> None:
    """Write every byte. A short write (disk nearly full) is continued until it raises."""
    view = memoryview(data)
    while view:
        view = view[disk.write(descriptor, view) :]


def create_file(path: Path, data: bytes, disk: Disk = OS_DISK) -> None:
    """Write a new private file and sync it; its name is not durable yet. FileExistsError."""
    descriptor = disk.create(path)
    try:
        write_all(descriptor, data, disk)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)


def replace_file(path: Path, data: bytes, disk: Disk = OS_DISK) -> None:
    """Put new content under a name, so that a crash leaves the old or the new, never a mixture."""
    temporary = path.with_name(path.name + ".new")
    disk.remove(temporary)
    create_file(temporary, data, disk)
    disk.rename(temporary, path)
    disk.sync_folder(path.parent)


def keep_aside(path: Path, label: str, disk: Disk = OS_DISK) -> Path:
    """Rename a file or folder to the first free `<name>.<label>-1`, `-2`, ...; the new path.

    For what must not be used and not be lost either: it shows what the disk did.
    """
    target = _free_name(path, label, disk)
    disk.rename(path, target)
    disk.sync_folder(path.parent)
    return target


def copy_aside(path: Path, label: str, disk: Disk = OS_DISK) -> Path:
    """The same as a copy: the file stays under its name until another one replaces it."""
    target = _free_name(path, label, disk)
    replace_file(target, disk.read(path), disk)
    return target


def _free_name(path: Path, label: str, disk: Disk) -> Path:
    number = 1
    while disk.exists(target := path.with_name(f"{path.name}.{label}-{number}")):
        number += 1
    return target
