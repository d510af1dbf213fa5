"""A store that cannot be trusted is moved aside, and the node fetches the chain again from peers.

Rules of this file:
1. Nothing is repaired and nothing is deleted. The folder gets a name that says when and why; at
   most DAMAGED_KEPT_MAX are kept, then the operator has to look.
2. Without peers a damaged store stays where it is: it may be the last copy.
3. The sign guard is not touched, so a rebuild forgets no signature (R12). A guard that is ahead of
   an empty store is no stale one: the node votes once it has decided every height below the
   guard's. What the store knew of the guard's age is lost with it; the peers' Statuses show it.
4. A disk that refuses is no damage: that passes through, and the operator acts.
"""

import datetime
from pathlib import Path

from node.chain import Chain
from node.logs import get_logger
from node.storage.durable import keep_aside
from node.storage.kv import StorageDamaged, StorageFailed
from node.storage.leveldb import DamagedStore, LevelDbStore, open_store
from tokens.genesis import Genesis
from tokens.store import DamagedState

DAMAGED_KEPT_MAX = 3
"""Damaged stores beside the live one. A disk that damages a fourth one has to be replaced."""


def open_chain(folder: Path, genesis: Genesis, *, has_peers: bool) -> tuple[LevelDbStore, Chain]:
    """Store and chain of a node; an empty one in the place of a damaged one.

    Raises:
        StorageFailed: the disk refuses, or too many damaged stores lie there already.
        DamagedStore, DamagedState, StorageDamaged: damaged, and no peer to rebuild it from.
        WrongGenesis, VersionUnknown, StoreLocked, OtherFormat: as `open_store` and `Chain.open`.
    """
    try:
        return _open(folder, genesis)
    except (DamagedStore, DamagedState, StorageDamaged) as damage:
        if not has_peers:
            raise
        set_aside(folder, damage)
    return _open(folder, genesis)


def set_aside(folder: Path, damage: Exception) -> Path:
    """Rename a closed, damaged store, say so, and return the new path. StorageFailed."""
    kept = sum(1 for _ in folder.parent.glob(f"{folder.name}.damaged-*"))
    if kept >= DAMAGED_KEPT_MAX:
        raise StorageFailed(
            f"the store in {folder} is damaged and {kept} damaged ones lie beside it: the disk is "
            "not to be trusted. Replace it, or move them elsewhere; keep the sign guard"
        ) from damage
    when = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        target = keep_aside(folder, f"damaged-{when}-{_cause(damage)}")
    except OSError as error:
        raise StorageFailed(f"the damaged store {folder} cannot be moved: {error}") from damage
    get_logger("node").error(
        "a damaged store was moved aside; the chain is fetched again from peers",
        reason=str(damage),
        kept_as=str(target),
    )
    return target


def _cause(damage: Exception) -> str:
    """Part of the folder's name."""
    match damage:
        case StorageDamaged():
            return "checksum"
        case DamagedState():
            return "state"
        case _:
            return "unreadable"


def _open(folder: Path, genesis: Genesis) -> tuple[LevelDbStore, Chain]:
    store = open_store(folder, create=True)
    try:
        return store, Chain.open(store, genesis)
    except BaseException:
        store.close()
        raise
