"""Replays a chain through the real ledger, from genesis, and compares with what is on disk.

Rules of this file:
1. Nothing of the store is believed but the bytes of blocks: validators, state and roots come from
   the replay, certificates are checked against them.
2. The first mismatch ends it, with its height: what follows a wrong state proves nothing.
3. Nothing is written. LevelDB itself may tidy its files when it opens them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from consensus.types import Proposal
from node.chain import Chain
from node.cli.audit_found import Audit, AuditFailed, body_of
from node.cli.audit_kept import audit_kept
from node.cli.audit_states import audit_states
from node.genesis_file import read_genesis
from node.signature_check import SignatureCheck
from node.storage.blocks import BlockRow, BlockStore
from node.storage.leveldb import open_store
from node.storage.lockfile import FolderLock
from node.storage.memory import MemoryStore
from node.wire.hashing import SigningScope
from node.wire.peer_messages import DecidedBlock
from node.wire.verify import Rejected, Verifier
from tokens.codec import encode
from tokens.genesis import Genesis, decode_genesis, encode_genesis

Progress = Callable[[int, int], None]


def audit(folder: Path, genesis_path: Path | None, progress: Progress) -> Audit:
    """Check a data folder. AuditFailed; FolderLocked while a node uses it; DamagedStore."""
    lock = FolderLock.acquire(folder)
    try:
        store = open_store(folder / "store", create=False)
        try:
            blocks = BlockStore(store)
            genesis = _genesis(blocks, genesis_path)
            found = (
                _replay(blocks, genesis, progress)
                if blocks.floor.blocks == 1
                else audit_kept(blocks, genesis, progress)
            )
            stored = Chain.open(store, genesis)
            _compare_state(stored, found)
            states = audit_states(stored)
        finally:
            store.close()
    finally:
        lock.release()
    return msgspec.structs.replace(found, states=states)


def _genesis(blocks: BlockStore, path: Path | None) -> Genesis:
    stored = blocks.genesis()
    if stored is None:
        raise AuditFailed("the store holds no genesis document")
    if path is not None and encode_genesis(read_genesis(path)) != stored:
        raise AuditFailed(f"the store was begun with another document than {path}")
    return decode_genesis(stored)


def _replay(blocks: BlockStore, genesis: Genesis, progress: Progress) -> Audit:
    replay = Chain.open(MemoryStore(), genesis)
    replay.history_index = False
    verifier = Verifier(
        scope=SigningScope(chain_id=genesis.chain_id, genesis_digest=replay.genesis_digest),
        validators=replay.validators_at,
        own=None,
    )
    check = SignatureCheck()
    tip = blocks.tip()
    last = 0 if tip is None else tip.height
    transactions = signatures = 0
    for height in range(1, last + 1):
        row = blocks.row(height)
        if row is None:
            raise AuditFailed(f"block {height} is missing")
        transactions += _block(replay, verifier, check, blocks, row)
        signatures += len(row.certificate.signatures)
        progress(height, last)
    return Audit(
        blocks=last,
        transactions=transactions,
        signatures=signatures,
        state_root=replay.tip.state_root,
    )


def _block(
    replay: Chain, verifier: Verifier, check: SignatureCheck, blocks: BlockStore, row: BlockRow
) -> int:
    """Check one block and apply it; how many transactions it has."""
    height = replay.tip.height + 1
    if row.header.height != height or row.header.parent != replay.tip.digest:
        raise AuditFailed(f"block {height}: it does not follow the block before it")
    if row.header.parent_state_root != replay.tip.state_root:
        raise AuditFailed(f"block {height}: its header names another state before it")
    decided = DecidedBlock(
        proposal=Proposal(
            header=row.header, wire_ids=row.wire_ids, parent_certificate=row.parent_certificate
        ),
        certificate=row.certificate,
        bodies=blocks.bodies(height),
    )
    verdict = verifier.verify_decided(decided)
    if isinstance(verdict, Rejected):
        raise AuditFailed(f"block {height}: its certificate or body is wrong ({verdict.reason})")
    bodies = tuple(body_of(height, data, check) for data in decided.bodies)
    if tuple(body.wire_id for body in bodies) != row.wire_ids:
        raise AuditFailed(f"block {height}: a transaction is not the one that the block names")
    for body in bodies:
        code = replay.includable(body)
        if code is not None:
            raise AuditFailed(f"block {height}: a transaction could not enter it ({code.name})")
    done = replay.execute(decided.proposal, bodies)
    if done.result.root != row.certificate.root:
        raise AuditFailed(
            f"block {height}: replay gives root 0x{done.result.root.hex()}, a quorum has signed "
            f"0x{row.certificate.root.hex()}"
        )
    if (done.result.state_root, done.result.receipts_root) != (row.state_root, row.receipts_root):
        raise AuditFailed(f"block {height}: the stored roots are not those of the certificate")
    stored = blocks.block(height)
    if stored is None or tuple(map(encode, stored.receipts)) != done.result.receipts_encoded:
        raise AuditFailed(f"block {height}: the stored receipts are not those of the replay")
    replay.write(decided.proposal, row.certificate, done, 0)
    return len(bodies)


def _compare_state(stored: Chain, found: Audit) -> None:
    """Opening a chain computes its root from the records on disk and checks it (07, rule 1)."""
    if stored.tip.state_root != found.state_root:
        raise AuditFailed(
            f"the stored state has root 0x{stored.tip.state_root.hex()}, the replay "
            f"0x{found.state_root.hex()}"
        )
