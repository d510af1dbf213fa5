"""Checks what a folder holds whose past is gone: it was pruned, or begun from a snapshot.

Rules of this file:
1. Without the past there is no state to replay from. So blocks are checked by what is under their
   certificates (bodies, signatures, receipts, links), and the state at the tip by its root.
2. Validator sets come from genesis by the signed changes of the set, not from the rows.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from node.block_rows import proposal_of
from node.cli.audit_found import Audit, AuditFailed, body_of
from node.signature_check import SignatureCheck
from node.storage.blocks import BlockRow, BlockStore
from node.sync.snapshot_check import SetChain, SnapshotRefused
from node.validator_sets import validator_set
from node.wire.hashing import SigningScope, header_digest
from node.wire.peer_messages import DecidedBlock
from node.wire.snapshot_messages import LINKS_MAX
from node.wire.verify import Rejected, Verifier
from tokens.codec import encode, merkle_root, tagged_hash
from tokens.genesis import Genesis, genesis_digest

Progress = Callable[[int, int], None]

_ROOT_DOMAIN = b"mohur/root/v1"
_RECEIPTS_DOMAIN = b"mohur/receipts/v1"


def audit_kept(blocks: BlockStore, genesis: Genesis, progress: Progress) -> Audit:
    """Check the blocks that are here, and the block of the tip. Raises AuditFailed."""
    tip = blocks.tip()
    last = 0 if tip is None else tip.height
    scope = SigningScope(chain_id=genesis.chain_id, genesis_digest=genesis_digest(genesis))
    sets = _sets(blocks, scope, genesis, last)
    verifier = Verifier(scope=scope, validators=sets.at, own=None)
    check = SignatureCheck()
    first = min(blocks.floor.blocks, last)
    before: BlockRow | None = None
    transactions = signatures = 0
    for height in range(first, last + 1):
        row = blocks.row(height)
        if row is None or row.header.height != height:
            raise AuditFailed(f"block {height} is missing")
        _check_row(sets, row, before)
        if height >= blocks.floor.blocks:
            transactions += _check_body(blocks, verifier, check, row)
        signatures += len(row.certificate.signatures)
        before = row
        progress(height, last)
    return Audit(
        blocks=max(0, last - blocks.floor.blocks + 1),
        transactions=transactions,
        signatures=signatures,
        state_root=bytes(32) if before is None else before.state_root,
        first=blocks.floor.blocks,
    )


def _sets(blocks: BlockStore, scope: SigningScope, genesis: Genesis, last: int) -> SetChain:
    sets = SetChain(scope, validator_set(genesis.validators))
    try:
        while not sets.follow(blocks.links(sets.last_change + 1, last, LINKS_MAX), last):
            pass
    except SnapshotRefused as error:
        raise AuditFailed(f"changes of the validator set: {error}") from None
    return sets


def _check_row(sets: SetChain, row: BlockRow, before: BlockRow | None) -> None:
    """Header, certificate and roots; and that it follows the block before it."""
    height = row.header.height
    try:
        sets.check_sets(row.header)
        sets.check_block(row.header, row.certificate)
    except SnapshotRefused as error:
        raise AuditFailed(f"block {height}: {error}") from None
    if tagged_hash(_ROOT_DOMAIN, row.state_root, row.receipts_root) != row.certificate.root:
        raise AuditFailed(f"block {height}: the stored roots are not those of the certificate")
    if before is not None and (row.header.parent, row.header.parent_state_root) != (
        header_digest(before.header),
        before.state_root,
    ):
        raise AuditFailed(f"block {height}: it does not follow the block before it")


def _check_body(
    blocks: BlockStore, verifier: Verifier, check: SignatureCheck, row: BlockRow
) -> int:
    """Transactions and receipts under the header and the roots; how many transactions."""
    height = row.header.height
    decided = DecidedBlock(
        proposal=proposal_of(row), certificate=row.certificate, bodies=blocks.bodies(height)
    )
    verdict = verifier.verify_decided(decided)
    if isinstance(verdict, Rejected):
        raise AuditFailed(f"block {height}: its certificate or body is wrong ({verdict.reason})")
    bodies = [body_of(height, data, check) for data in decided.bodies]
    if tuple(body.wire_id for body in bodies) != row.wire_ids:
        raise AuditFailed(f"block {height}: a transaction is not the one that the block names")
    try:
        stored = blocks.read(height)
    except msgspec.DecodeError as error:
        raise AuditFailed(f"block {height}: the stored receipts do not decode: {error}") from None
    receipts = [] if stored is None else [encode(receipt) for receipt in stored.receipts]
    if merkle_root(_RECEIPTS_DOMAIN, receipts) != row.receipts_root:
        raise AuditFailed(f"block {height}: the stored receipts are not those of the certificate")
    return len(bodies)
