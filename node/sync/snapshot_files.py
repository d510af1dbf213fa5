"""Writes the snapshot file of a stopped node, and builds a store from one."""

import shutil
from pathlib import Path

import msgspec

from node.chain import Chain
from node.storage.blocks import BlockStore
from node.storage.durable import sync_folder
from node.storage.kv import StorageDamaged
from node.storage.leveldb import DamagedStore, StoreMissing, open_store
from node.storage.lockfile import FolderLock
from node.sync.assembly import Assembly
from node.sync.install import STAGED, STORE, open_staged, switch
from node.sync.snapshot import Checkpoint
from node.sync.snapshot_check import SetChain, SnapshotRefused
from node.sync.snapshot_file import read_pieces, write_pieces
from node.sync.snapshot_source import SnapshotSource
from node.sync.staging import Staging
from node.validator_sets import validator_set
from node.wire.hashing import SigningScope
from tokens.genesis import Genesis, decode_genesis, genesis_digest


class FileMade(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot that was written or restored."""

    height: int
    digest: bytes
    """Of its block."""
    size_bytes: int
    """Of the file."""


def create_file(data: Path, target: Path) -> FileMade:
    """From the folder of a stopped node, whole or not at all.

    Raises SnapshotRefused, FolderLocked, what opening a chain raises, OSError.
    """
    lock = FolderLock.acquire(data)
    try:
        store = open_store(data / STORE, create=False)
        try:
            document = BlockStore(store).genesis()
            if document is None:
                raise SnapshotRefused("the store holds no genesis document")
            chain = Chain.open(store, decode_genesis(document))
            return _write(chain, target)
        finally:
            store.close()
    finally:
        lock.release()


def _write(chain: Chain, target: Path) -> FileMade:
    row = chain.blocks.row(chain.tip.height)
    if row is None:
        raise SnapshotRefused("the store holds no block yet")
    source = SnapshotSource(chain, row)
    unfinished = target.with_name(target.name + ".new")
    try:
        with unfinished.open("wb") as file:
            size_bytes = write_pieces(file, source.all_parts())
        unfinished.replace(target)
        sync_folder(target.resolve().parent)
    finally:
        source.close()
        unfinished.unlink(missing_ok=True)
    return FileMade(height=chain.tip.height, digest=row.digest, size_bytes=size_bytes)


def restore_file(
    path: Path, data: Path, genesis: Genesis, checkpoint: Checkpoint | None
) -> FileMade:
    """Build a store from a file and put it in the place of the one of a stopped node.

    Raises SnapshotRefused, also for one that is not above the store's tip; FolderLocked;
    StorageFailed; OSError.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FolderLock.acquire(data)
    try:
        sequence = _stored_sequence(data)
        if (data / STAGED).exists():
            shutil.rmtree(data / STAGED)
        staging = Staging(open_staged(data), genesis)
        try:
            digest = genesis_digest(genesis)
            scope = SigningScope(chain_id=genesis.chain_id, genesis_digest=digest)
            assembly = Assembly(
                staging, SetChain(scope, validator_set(genesis.validators)), checkpoint
            )
            with path.open("rb") as file:
                for part in read_pieces(file):
                    assembly.take(part)
            assembly.finish(sequence)
        finally:
            staging.close()
        if not switch(data):
            raise SnapshotRefused("the store of this node is at that height already, or above it")
        made = _check(data, genesis)
        return FileMade(height=made[0], digest=made[1], size_bytes=path.stat().st_size)
    finally:
        lock.release()


def _stored_sequence(data: Path) -> int:
    """Of the sign guard, as the store that is there knows it (R12).

    0 if there is none, or a damaged one: then peers' Statuses show what the guard lacks.
    """
    try:
        store = open_store(data / STORE, create=False)
    except (StoreMissing, DamagedStore):
        return 0
    try:
        tip = BlockStore(store).tip()
    except StorageDamaged:
        return 0
    finally:
        store.close()
    return 0 if tip is None else tip.guard_sequence


def _check(data: Path, genesis: Genesis) -> tuple[int, bytes]:
    """Opening a chain computes its root from the records on disk."""
    store = open_store(data / STORE, create=False)
    try:
        tip = Chain.open(store, genesis).tip
    finally:
        store.close()
    return tip.height, tip.digest
