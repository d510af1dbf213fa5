"""What a disk holds after a power cut, given the calls before it.

Theory of operation.
An inode has the content of its last sync and the writes since. After a cut any part of those may
be there, sector by sector: none, all, the first few, or a seeded choice; and the file may have its
new length although its sectors never came (they read as zeros). Sectors have 512 or 4,096 bytes.

Names are durable in the order in which they were given, up to a seeded point. A sync of a folder
makes its names durable. Whether a sync of a new file makes its name durable too is a property of
the file system: ext4, XFS and Btrfs do so, POSIX does not ask for it. LevelDB needs it for a new
log; what Mohur writes itself (the sign guard) syncs the folder and is tried without it.
"""

import random
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath

from tests.campaigns.storage.recording import TRACE, Record

SECTORS = (512, 4_096)
LEVELDB_FOLDER = "/store"
"""Below it a sync of a file makes the names of its folder durable."""
INFO_LOG = "/store/LOG"
"""What LevelDB writes for people, through stdio: not recorded, and read by nobody."""


class Survival(Enum):
    """What is left of unsynced writes."""

    NOTHING = "nothing"
    EVERYTHING = "everything"
    FIRST = "a first part"
    SOME = "some sectors"


@dataclass(slots=True)
class Inode:
    """One file."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, data) of writes, (size, None) of truncations, since the last sync."""

    def sync(self) -> None:
        """All of it is on the disk."""
        for offset, data in self.pending:
            _apply(self.durable, offset, data)
        self.pending = []


Change = tuple[str, Inode | None]
"""(path, the inode that it names from now on, or None)."""


class Disk:
    """Replays calls; `cut` says what one disk holds now."""

    def __init__(self) -> None:
        self._volatile: dict[str, Inode] = {}
        self._durable: dict[str, Inode] = {}
        self._changes: dict[str, list[list[Change]]] = {}
        """By folder: name changes that are not durable, in order; a rename is one of two parts."""
        self.notes: dict[str, bytearray] = {}
        """What the node noted about votes and decided heights: no part of the disk."""

    def replay(self, record: Record) -> None:
        """One call."""
        name = record.name
        if name == INFO_LOG:
            return
        if name.startswith(f"/{TRACE}/"):
            if record.kind == "W":
                self.notes.setdefault(PurePosixPath(name).suffix, bytearray()).extend(record.data)
            return
        match record.kind:
            case "C":
                self._create(name)
            case "W":
                self._inode(name).pending.append((record.number, record.data))
            case "T":
                self._inode(name).pending.append((record.number, None))
            case "S":
                self._inode(name).sync()
                if name.startswith(LEVELDB_FOLDER):
                    self._settle(_folder(name))
            case "D":
                self._settle(name)
            case "R":
                target = record.data.decode()
                moved = self._volatile.pop(name)
                self._volatile[target] = moved
                self._change(name, [(name, None), (target, moved)])
            case "U":
                self._volatile.pop(name, None)
                self._change(name, [(name, None)])
            case _:
                pass  # M: a folder that only LevelDB or the guard makes, before its first file

    def cut(self, generator: random.Random) -> dict[str, bytes]:
        """Names and contents that a disk may hold if the power goes now."""
        names = dict(self._durable)
        for folder in sorted(self._changes):
            changes = self._changes[folder]
            for change in changes[: generator.randint(0, len(changes))]:
                _rename(names, change)
        sector = generator.choice(SECTORS)
        survival = generator.choice(list(Survival))
        images: dict[int, bytes] = {}
        for name in sorted(names):
            inode = names[name]
            if id(inode) not in images:
                images[id(inode)] = _surviving(inode, survival, sector, generator)
        return {name: images[id(inode)] for name, inode in names.items()}

    def _create(self, name: str) -> None:
        known = self._volatile.get(name)
        if known is not None:
            known.pending.append((0, None))
            return
        made = self._volatile[name] = Inode()
        self._change(name, [(name, made)])

    def _inode(self, name: str) -> Inode:
        return self._volatile[name]

    def _change(self, name: str, change: list[Change]) -> None:
        self._changes.setdefault(_folder(name), []).append(change)

    def _settle(self, folder: str) -> None:
        for change in self._changes.pop(folder, []):
            _rename(self._durable, change)


def write_image(image: dict[str, bytes], folder: Path) -> None:
    """Put an image where a node can open it."""
    for name, data in image.items():
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _folder(name: str) -> str:
    return str(PurePosixPath(name).parent)


def _rename(names: dict[str, Inode], change: list[Change]) -> None:
    for name, inode in change:
        if inode is None:
            names.pop(name, None)
        else:
            names[name] = inode


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    """One write, or a truncation to a size."""
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _surviving(inode: Inode, survival: Survival, sector: int, generator: random.Random) -> bytes:
    """The durable content and what came of the writes since."""
    content = bytearray(inode.durable)
    pieces = [piece for offset, data in inode.pending for piece in _sectors(offset, data, sector)]
    match survival:
        case Survival.NOTHING:
            pieces = []
        case Survival.EVERYTHING:
            pass
        case Survival.FIRST:
            pieces = pieces[: generator.randint(0, len(pieces))]
        case Survival.SOME:
            size = _size_after(inode)
            if generator.random() < 0.5:
                content.extend(bytes(max(0, size - len(content))))
            pieces = [piece for piece in pieces if generator.random() < 0.5]
    for offset, data in pieces:
        _apply(content, offset, data)
    return bytes(content)


def _sectors(offset: int, data: bytes | None, sector: int) -> list[tuple[int, bytes | None]]:
    """A write as the disk sees it."""
    if data is None:
        return [(offset, None)]
    pieces: list[tuple[int, bytes | None]] = []
    start = 0
    while start < len(data):
        end = min(len(data), start + sector - (offset + start) % sector)
        pieces.append((offset + start, data[start:end]))
        start = end
    return pieces


def _size_after(inode: Inode) -> int:
    content = bytearray(inode.durable)
    for offset, data in inode.pending:
        _apply(content, offset, data)
    return len(content)
