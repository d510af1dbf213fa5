"""Puts a store that was built from a snapshot in the place of the old one, across crashes.

Rules of this file:
1. Both names change by renaming. At each moment `store`, or a whole `snapshot` beside it, is there.
2. The old store is removed only after the new one was opened and its root was checked; an archive
   node keeps it.
3. The sign guard lies outside and is not touched (R12).
"""

import shutil
from pathlib import Path

from node.storage.blocks import BlockStore, TipRow
from node.storage.durable import keep_aside, sync_folder
from node.storage.kv import StorageDamaged, StorageFailed
from node.storage.leveldb import DamagedStore, LevelDbStore, StoreMissing, open_store

STORE = "store"
STAGED = "snapshot"
REPLACED = "replaced"


def open_staged(data: Path) -> LevelDbStore:
    """The store that a snapshot is built in: what a run before left, or an empty one.

    Raises StorageFailed.
    """
    folder = data / STAGED
    try:
        return open_store(folder, create=True)
    except (DamagedStore, StorageDamaged):
        # Nothing in it is worth a look: all of it comes from peers.
        _remove(folder)
    try:
        return open_store(folder, create=True)
    except DamagedStore as error:
        raise StorageFailed(f"no store can be made in {folder}: {error}") from error


def switch(data: Path) -> bool:
    """At start and after a snapshot came in: if it is whole and above the store, it is the store.

    Both are closed. Raises StorageFailed.
    """
    staged, store = data / STAGED, data / STORE
    if not staged.is_dir():
        return False
    tip = _tip_of(staged)
    if tip is None:
        return False
    try:
        if store.is_dir():
            old = _tip_of(store)
            if old is not None and old.height >= tip.height:
                _remove(staged)
                return False
            keep_aside(store, REPLACED)
        staged.rename(store)
        sync_folder(data)
    except OSError as error:
        raise StorageFailed(f"the snapshot in {staged} cannot be put in place: {error}") from error
    return True


def remove_replaced(data: Path) -> None:
    """The store before the snapshot, now that the new one is open. StorageFailed."""
    for folder in data.glob(f"{STORE}.{REPLACED}-*"):
        _remove(folder)


def _tip_of(folder: Path) -> TipRow | None:
    """None: empty, half built or damaged."""
    try:
        store = open_store(folder, create=False)
    except (DamagedStore, StorageDamaged, StoreMissing):
        return None
    try:
        return BlockStore(store).tip()
    except StorageDamaged:
        return None
    finally:
        store.close()


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise StorageFailed(f"{folder} cannot be removed: {error}") from error
