"""The finalised chain as the stopped nodes hold it: equal on all, and it replays.

Rules of this file:
1. Read from the stores, not over RPC: what a node says about itself is not what is judged.
2. Replay is that of `mohur verify`: from genesis, certificates, signatures and roots included.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from node.cli.audit import audit
from node.cli.audit_found import AuditFailed
from node.storage.blocks import BlockStore
from node.storage.leveldb import open_store
from tests.campaigns.network.history import Broken, Place
from tokens.results import Code
from tokens.transaction import decode_transaction


class Finalised(msgspec.Struct, frozen=True, kw_only=True):
    """What all nodes hold alike."""

    blocks: int
    transactions: int
    places: dict[bytes, list[Place]]
    """tx_id -> where it is; more than one place is a fault that the checker names."""
    proposers: dict[str, int]
    """Blocks by proposer."""


def read_alike(folders: dict[str, Path]) -> Finalised:
    """The chain that these data folders hold, audited each. Broken at the first difference."""
    chains = {name: _digests(folder) for name, folder in folders.items()}
    first = next(iter(chains))
    for name, chain in chains.items():
        for height, (one, other) in enumerate(zip(chains[first], chain, strict=False), start=1):
            if one != other:
                raise Broken(f"block {height} differs between {first} and {name}")
        if len(chain) != len(chains[first]):
            raise Broken(f"{name} has {len(chain)} blocks, {first} has {len(chains[first])}")
    transactions = 0
    for name, folder in folders.items():
        try:
            report = audit(folder, None, lambda _height, _last: None)
        except AuditFailed as error:
            raise Broken(f"{name}: {error}") from None
        transactions = report.transactions
    places, proposers = _read(folders[first])
    return Finalised(
        blocks=len(chains[first]), transactions=transactions, places=places, proposers=proposers
    )


def _digests(folder: Path) -> list[tuple[bytes, bytes, bytes]]:
    """(digest, state root, receipts root) of every block."""
    store = open_store(folder / "store", create=False)
    try:
        blocks = BlockStore(store)
        tip = blocks.tip()
        found = []
        for height in range(1, (0 if tip is None else tip.height) + 1):
            block = blocks.block(height)
            if block is None:
                raise Broken(f"{folder}: block {height} is missing")
            found.append((block.digest, block.state_root, block.receipts_root))
        return found
    finally:
        store.close()


def _read(folder: Path) -> tuple[dict[bytes, list[Place]], dict[str, int]]:
    store = open_store(folder / "store", create=False)
    try:
        blocks = BlockStore(store)
        tip = blocks.tip()
        places: dict[bytes, list[Place]] = {}
        proposers: dict[str, int] = {}
        for height in range(1, (0 if tip is None else tip.height) + 1):
            block = blocks.block(height)
            if block is None:
                raise Broken(f"{folder}: block {height} is missing")
            proposers[block.header.proposer] = proposers.get(block.header.proposer, 0) + 1
            for index, body in enumerate(block.transactions):
                decoded = decode_transaction(body)
                if isinstance(decoded, Code):
                    raise Broken(f"block {height} holds bytes that are no transaction")
                places.setdefault(decoded.tx_id, []).append((height, index))
        return places, proposers
    finally:
        store.close()
