"""The files of one node, twice: as the kernel shows them, and as the platter would give them back.

Theory of operation.
The kernel's view changes with each call; the platter's only with a sync. A process that is killed
loses nothing of the first. A power cut leaves the second, plus whatever had got there by chance:
of unsynced appends any sectors, the others being zeros or beyond the end of the file; of renames
and new names that no sync of their folder followed, the first few. A sync that failed has dropped
its pages: the kernel shows them on, and no later sync will write them.
Each call that changes something is announced to `effect` before it happens, so that the power can
be cut between any two of them.
"""

import errno
import random
from collections.abc import Callable
from pathlib import Path

from tests.sim.image import Image

SECTOR_BYTES = 512
Names = dict[Path, "File"]


class File:
    """One file, whatever names it has. A folder is a file without content."""

    __slots__ = ("dropped", "durable", "image", "volatile")

    def __init__(self, content: bytes | bytearray = b"") -> None:
        self.volatile = bytearray(content)
        """What a read gives."""
        self.durable = bytearray(content)
        """What the platter holds."""
        self.dropped = False
        """A sync failed: what is volatile stays so."""
        self.image: Image | None = None
        """Of a folder: the store in it, each batch of which is synced."""


def no_effect(name: str) -> None:
    """Nobody cuts the power."""


class SimDisk:
    """See `node.storage.durable.Disk`."""

    def __init__(self, chances: random.Random) -> None:
        self._random = chances
        self._names: Names = {}
        self._durable_names: Names = {}
        self._pending: list[dict[Path, File | None]] = []
        """Changes of names that no sync followed, in order; each happens whole or not."""
        self._open: dict[int, File] = {}
        self._next = 3
        self.effect: Callable[[str], None] = no_effect
        self.failing: int | None = None
        """Calls until one fails: 0 = the next one."""
        self.error = errno.EIO
        self.torn = 0
        """Appends that a power cut left in part."""
        self.lost_names = 0
        """Changes of names that a power cut took back."""

    # --- reading ----------------------------------------------------------------------------------

    def names(self, folder: Path) -> list[str]:
        """See `Disk.names`."""
        return sorted(path.name for path in self._names if path.parent == folder)

    def exists(self, path: Path) -> bool:
        """See `Disk.exists`."""
        return path in self._names

    def read(self, path: Path) -> bytes:
        """See `Disk.read`."""
        return bytes(self._named(path).volatile)

    def durable(self, path: Path) -> File | None:
        """The file that the platter has under that name; None if it is lost."""
        return self._durable_names.get(path)

    def image(self, folder: Path) -> Image:
        """The store in a folder; an empty one that nothing holds if there is no such folder."""
        file = self._names.get(folder)
        if file is None:
            return Image()
        if file.image is None:
            file.image = Image()
        return file.image

    # --- changing ---------------------------------------------------------------------------------

    def make_folder(self, folder: Path) -> None:
        """See `Disk.make_folder`; the folders above it are there."""
        self._call("make_folder")
        if folder not in self._names:
            self._rename({folder: File()})

    def create(self, path: Path) -> int:
        """See `Disk.create`."""
        self._call("create")
        if path in self._names:
            raise FileExistsError(path)
        file = File()
        self._rename({path: file})
        return self._descriptor(file)

    def open_end(self, path: Path) -> int:
        """See `Disk.open_end`."""
        return self._descriptor(self._named(path))

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """See `Disk.write`. A disk that is about to be full takes a part."""
        part = len(data)
        if self.failing == 0 and self.error == errno.ENOSPC:
            part = self._random.randrange(len(data))
        if part == len(data):
            self._call("write")
        self._open[descriptor].volatile += data[:part]
        if part < len(data):
            self._call("write")
        return part

    def sync(self, descriptor: int) -> None:
        """See `Disk.sync`."""
        file = self._open[descriptor]
        try:
            self._call("sync")
        except OSError:
            file.dropped = True
            raise
        if not file.dropped:
            file.durable += file.volatile[len(file.durable) :]

    def close(self, descriptor: int) -> None:
        """See `Disk.close`."""
        del self._open[descriptor]

    def remove(self, path: Path) -> None:
        """See `Disk.remove`."""
        if path in self._names:
            self._call("remove")
            self._rename({path: None})

    def rename(self, path: Path, target: Path) -> None:
        """See `Disk.rename`."""
        self._call("rename")
        self._rename({path: None, target: self._named(path)})

    def sync_folder(self, folder: Path) -> None:
        """See `Disk.sync_folder`."""
        self._call("sync_folder")
        waiting = []
        for change in self._pending:
            if any(path.parent == folder for path in change):
                _apply(self._durable_names, change)
            else:
                waiting.append(change)
        self._pending = waiting

    # --- what happens to disks --------------------------------------------------------------------

    def kill(self) -> None:
        """The process is gone, the kernel is not."""
        self._open.clear()
        self.failing = None

    def cut_power(self) -> None:
        """The kernel is gone too."""
        self.kill()
        kept = self._random.randint(0, len(self._pending))
        self.lost_names += len(self._pending) - kept
        for change in self._pending[:kept]:
            _apply(self._durable_names, change)
        self._pending.clear()
        self._names = dict(self._durable_names)
        for file in self._names.values():
            self._tear(file)

    def flip(self, path: Path) -> bool:
        """One bit of a file changes; False if there is no file, or it is empty."""
        file = self._names.get(path)
        if file is None or not file.volatile:
            return False
        bit = self._random.randrange(8 * len(file.volatile))
        file.volatile[bit // 8] ^= 1 << bit % 8
        file.durable[:] = file.volatile
        return True

    def copy(self) -> Names:
        """A backup: names and what a read gives."""
        return {path: File(file.volatile) for path, file in self._names.items()}

    def restore(self, backup: Names) -> None:
        """A backup of files is played back whole, while nothing runs; stores stay what they are."""
        stores = {path: file for path, file in self._names.items() if file.image is not None}
        self._names = {path: File(file.volatile) for path, file in backup.items()} | stores
        self._durable_names = dict(self._names)
        self._pending.clear()

    def put_image(self, folder: Path, image: Image) -> None:
        """Another store lies in a folder, while nothing runs."""
        if folder not in self._names:
            self._names[folder] = self._durable_names[folder] = File()
        self._names[folder].image = image

    # --- inside -----------------------------------------------------------------------------------

    def _call(self, name: str) -> None:
        self.effect(f"disk {name}")
        if self.failing is None:
            return
        if self.failing == 0:
            raise OSError(self.error, "simulated")
        self.failing -= 1

    def _named(self, path: Path) -> File:
        file = self._names.get(path)
        if file is None:
            raise FileNotFoundError(path)
        return file

    def _descriptor(self, file: File) -> int:
        self._next += 1
        self._open[self._next] = file
        return self._next

    def _rename(self, change: dict[Path, File | None]) -> None:
        _apply(self._names, change)
        self._pending.append(change)

    def _tear(self, file: File) -> None:
        """What the platter holds of unsynced appends."""
        before, after = bytes(file.durable), bytes(file.volatile)
        found = before if file.dropped else before + self._sectors(after[len(before) :])
        self.torn += found not in (before, after)
        file.volatile[:], file.durable[:] = found, found
        file.dropped = False

    def _sectors(self, tail: bytes) -> bytes:
        """Some sectors of an append; those before the last one that arrived read as zeros."""
        starts = range(0, len(tail), SECTOR_BYTES)
        some = self._random.choice((0, 0, 500, 1_000))
        kept = [self._random.randrange(1_000) < some for _ in starts]
        found = b""
        for start, arrived in zip(starts, kept, strict=True):
            if arrived:
                found = found.ljust(start, b"\x00") + tail[start : start + SECTOR_BYTES]
        return found


def _apply(names: Names, change: dict[Path, File | None]) -> None:
    for path, file in change.items():
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file
