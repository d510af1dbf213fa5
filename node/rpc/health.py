"""Conditions of readiness, each with a name that an operator can act on."""

from consensus.quorum import quorum
from node.api import NodeApi
from node.sdk.schema.node import Check

BLOCK_AGE_MS_MAX = 60_000
"""A chain in use has blocks more often; an idle one is fresh as long as it is not asked for any."""
DISK_FREE_BYTES_MIN = 1024**3
"""Below this a validator should be given room before it stops by itself."""


def checks_of(api: NodeApi) -> tuple[Check, ...]:
    """All checks in fixed order; cheap enough for each probe."""
    state = api.node_state()
    size = len(api.tip().validators)
    own = 1 if state.voting else 0
    reachable = sum([peer.connected for peer in state.peers]) + own
    idle = state.mempool_transactions == 0
    age = state.last_block_ms_ago
    return (
        Check(name="not_halted", passed=state.halted is None),
        Check(name="synced", passed=not state.syncing),
        Check(name="quorum_reachable", passed=reachable >= quorum(size)),
        Check(name="blocks_fresh", passed=idle or (age is not None and age <= BLOCK_AGE_MS_MAX)),
        Check(name="disk_free", passed=state.disk_free_bytes >= DISK_FREE_BYTES_MIN),
    )
