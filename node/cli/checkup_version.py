"""What `mohur doctor` says of protocol versions: whether a stopped node would go on (ADR 0019)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from node.cli.finding import Finding, Grade

if TYPE_CHECKING:
    from node.storage.kv import KeyValueStore
    from tokens.records.kind import RecordKind

R = TypeVar("R", bound=msgspec.Struct)
WHAT = "protocol version"


def version_findings(data: Path) -> list[Finding]:
    """None for a folder without a store, or of a node that runs: that one says it itself."""
    from node.storage.kv import StorageFailed
    from node.storage.leveldb import DamagedStore, OtherFormat, StoreLocked, open_store
    from node.storage.lockfile import FolderLock, FolderLocked

    folder = data / "store"
    if not folder.is_dir():
        return []
    try:
        lock = FolderLock.acquire(data)
    except FolderLocked:
        return []
    try:
        store = open_store(folder, create=False)
    except (DamagedStore, OtherFormat, StorageFailed, StoreLocked) as error:
        return [Finding(Grade.BAD, "store", str(error))]
    else:
        try:
            return _of_store(store)
        finally:
            store.close()
    finally:
        lock.release()


def _of_store(store: KeyValueStore) -> list[Finding]:
    from tokens.protocol import PROTOCOL_VERSION
    from tokens.records.protocol import ACTIVATION
    from tokens.records.system import CHAIN

    chain, pending = _record(store, CHAIN), _record(store, ACTIVATION)
    known = f"this software knows {PROTOCOL_VERSION}"
    if chain is None:
        return []
    if chain.protocol_version > PROTOCOL_VERSION:
        sentence = f"{chain.protocol_version} is in force, {known}: install a newer one"
        return [Finding(Grade.BAD, WHAT, sentence)]
    if pending is not None and pending.protocol_version > PROTOCOL_VERSION:
        sentence = (
            f"{pending.protocol_version} takes over at height {pending.height}, {known}: "
            "install a newer one before"
        )
        return [Finding(Grade.NOTICE, WHAT, sentence)]
    return [Finding(Grade.GOOD, WHAT, f"{chain.protocol_version} is in force, {known}")]


def _record(store: KeyValueStore, kind: RecordKind[R]) -> R | None:
    """A record of which there is one, as the store has it."""
    from tokens.state import RECORD_PREFIX

    row = store.get(RECORD_PREFIX + kind.key_hash(()))
    return None if row is None else msgspec.msgpack.decode(row[1:], type=kind.struct)
