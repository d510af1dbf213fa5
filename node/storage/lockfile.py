"""One process per data folder: two nodes with one key are two voices of one validator (R12).

The lock is flock(2) and not the existence of the file: the kernel drops it with the process,
so a crash leaves nothing that an operator would have to remove by hand. Local file systems only.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from node.storage.durable import PRIVATE_FILE_MODE

LOCK_FILE_NAME = "node.lock"
"""Lies in the data folder; holds the process id of the owner as text."""


class FolderLocked(Exception):
    """Another process uses this data folder."""

    def __init__(self, folder: Path, pid: str) -> None:
        super().__init__(
            f"the data folder {folder} is in use by process {pid}; stop that process first. "
            "Never copy the folder to run a second node with the same key"
        )
        self.folder = folder
        """The folder that was asked for."""
        self.pid = pid
        """Process id of the owner in decimal, or "unknown"."""


class FolderLock:
    """A held lock. Keep the object as long as the folder is in use, then `release` it."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, folder: Path) -> FolderLock:
        """Lock an existing folder at once or not at all.

        Raises:
            FolderLocked: another process, or another handle of this one, holds it.
            OSError: the folder does not exist or cannot be written.
        """
        path = folder / LOCK_FILE_NAME
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, PRIVATE_FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise FolderLocked(folder, owner if owner.isdigit() else "unknown") from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, b"%d\n" % os.getpid())
        return cls(descriptor)

    def release(self) -> None:
        """Give the folder back. The file stays: removing it would race with a new owner."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
