"""Puts a store that was built from a snapshot in the place of the old one, across crashes.

Rules of this file:
1. Both names change by renaming. At each moment `store`, or a whole `snapshot` beside it, is there.
2. The old store is removed only after the new one was opened and its root was checked; an archive
   node keeps it.
3. The sign guard lies outside and is not touched (R12).
"""

import shutil
from pathlib import Path
from typing import Protocol

from node.storage.blocks import BlockStore, TipRow
from node.storage.durable import OS_DISK, Disk, keep_aside, sync_folder
from node.storage.kv import KeyValueStore, StorageDamaged, StorageFailed
from node.storage.leveldb import DamagedStore, StoreMissing, open_store

STORE = "store"
STAGED = "snapshot"
REPLACED = "replaced"


class StoreFolders(Protocol):
    """Where the stores of a node lie: on its disk, or on that of a simulation."""

    @property
    def disk(self) -> Disk:
        """Knows the names of their folders."""

    def open(self, folder: Path, *, create: bool) -> KeyValueStore:
        """Open one, or make it. Raises DamagedStore, StorageDamaged, StoreMissing."""

    def remove(self, folder: Path) -> None:
        """All of a closed one; a crash may leave a part, which opens as damaged. OSError."""


class OsFolders:
    """Those of this machine. See `StoreFolders`."""

    disk: Disk = OS_DISK

    def open(self, folder: Path, *, create: bool) -> KeyValueStore:
        """See `StoreFolders.open`."""
        return open_store(folder, create=create)

    def remove(self, folder: Path) -> None:
        """See `StoreFolders.remove`."""
        shutil.rmtree(folder)


OS_FOLDERS = OsFolders()


def open_staged(data: Path, folders: StoreFolders = OS_FOLDERS) -> KeyValueStore:
    """The store that a snapshot is built in: what a run before left, or an empty one.

    Raises StorageFailed.
    """
    folder = data / STAGED
    try:
        return folders.open(folder, create=True)
    except (DamagedStore, StorageDamaged):
        # Nothing in it is worth a look: all of it comes from peers.
        _remove(folder, folders)
    try:
        return folders.open(folder, create=True)
    except DamagedStore as error:
        raise StorageFailed(f"no store can be made in {folder}: {error}") from error


def switch(data: Path, folders: StoreFolders = OS_FOLDERS) -> bool:
    """At start and after a snapshot came in: if it is whole and above the store, it is the store.

    Both are closed. Raises StorageFailed.
    """
    staged, store = data / STAGED, data / STORE
    if not folders.disk.exists(staged):
        return False
    tip = _tip_of(staged, folders)
    if tip is None:
        return False
    try:
        if folders.disk.exists(store):
            old = _tip_of(store, folders)
            if old is not None and old.height >= tip.height:
                _remove(staged, folders)
                return False
            keep_aside(store, REPLACED, folders.disk)
        folders.disk.rename(staged, store)
        sync_folder(data, folders.disk)
    except OSError as error:
        raise StorageFailed(f"the snapshot in {staged} cannot be put in place: {error}") from error
    return True


def remove_replaced(data: Path, folders: StoreFolders = OS_FOLDERS) -> None:
    """The store before the snapshot, now that the new one is open. StorageFailed."""
    for name in folders.disk.names(data):
        if name.startswith(f"{STORE}.{REPLACED}-"):
            _remove(data / name, folders)


def _tip_of(folder: Path, folders: StoreFolders) -> TipRow | None:
    """None: empty, half built or damaged."""
    try:
        store = folders.open(folder, create=False)
    except (DamagedStore, StorageDamaged, StoreMissing):
        return None
    try:
        return BlockStore(store).tip()
    except StorageDamaged:
        return None
    finally:
        store.close()


def _remove(folder: Path, folders: StoreFolders) -> None:
    try:
        folders.remove(folder)
        sync_folder(folder.parent, folders.disk)
    except OSError as error:
        raise StorageFailed(f"{folder} cannot be removed: {error}") from error
