"""What a node of the in-memory cluster reads from its disk at a start."""

from typing import TYPE_CHECKING

from consensus.restore import ReplicaConfig, Restored
from consensus.types import Tip
from tests.consensus import fakes

if TYPE_CHECKING:
    from tests.consensus.peer import Peer


def restored(peer: "Peer", config: ReplicaConfig) -> Restored:
    """What the shell reads from store and guard at start (R12)."""
    disk = peer.disk
    stale: str | None = None
    if disk.guard is None or (disk.guard.made_anew and not disk.guard.durable):
        # Amnesia outlives a second restart: it ends with the first signature that the core dared.
        disk.guard = fakes.FakeGuard(made_anew=True)
        stale = "missing"
    elif disk.chain and disk.guard.sequence < disk.chain[-1].guard_sequence:
        stale = "behind the store"
    guard = disk.guard
    mine = [record for record in guard.durable if record.height() == guard.height]
    window = max(10, config.rotation) * len(peer.cluster.names) + 1
    return Restored(
        tip=tip(peer),
        recent_headers=disk.headers(window),
        signed=tuple(record.message for record in mine if record.message is not None),
        proposals=tuple(record.proposal for record in mine if record.proposal is not None),
        certificates=tuple(record.certificate for record in mine if record.certificate is not None),
        guard_stale=stale,
        guard_height=guard.height,
    )


def tip(peer: "Peer") -> Tip:
    """The tip of the store."""
    height = peer.disk.height()
    block = peer.disk.chain[-1] if peer.disk.chain else None
    at = peer.cluster.validators
    header = None if block is None else block.proposal.header
    return Tip(
        height=height,
        digest=fakes.GENESIS_DIGEST if block is None else block.digest,
        header=header,
        certificate=None if block is None else block.certificate,
        timestamp_ms=fakes.GENESIS_TIME_MS if header is None else header.timestamp_ms,
        state_root=peer.disk.state_root(),
        validators=at[height + 1],
        previous_validators=at[height],
        validators_hash=fakes.set_hash(at[height + 1]),
        next_validators_hash=fakes.set_hash(at[height + 2]),
        protocol_version=1,
        block_transactions_max=peer.cluster.block_transactions_max,
    )
