"""node_*, mempool_*: the process behind the URL."""

from typing import Annotated

import msgspec

from node.sdk.schema.common import TimestampMs
from tokens.types import BlockHeight, Count, Hash

MEMPOOL_LIST_MAX = 1_000


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where the node is and what it does."""

    node_id: str
    chain_id: str
    protocol_version: Count
    height: BlockHeight
    """Of the newest decided block."""
    block_hash: Hash
    state_root: Hash
    timestamp_ms: TimestampMs
    """Of that block."""
    voting: bool
    """False: it watches, it does not vote."""
    syncing: bool
    halted: str | None
    """Why it stopped for good, null while it runs."""
    view: BlockHeight
    """Of the height in progress."""
    phase: str
    sentence: str
    """Why no block is being made and whom the node waits for."""
    mempool_transactions: Count
    mempool_bytes: int
    peers_connected: Count
    peers_configured: Count
    last_block_ms_ago: int | None
    oldest_block: BlockHeight
    """Lowest height whose block is kept here; older ones are error 4444."""
    oldest_state: BlockHeight
    """Lowest `atHeight` that is answered here; the newest height if no past states are kept."""
    upgrade: str | None
    """A protocol version is to take over that this software does not know: what to do, and until
    when; null otherwise."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of readiness."""

    name: str
    passed: bool


class NodeHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the node can serve; the same checks as /readyz."""

    ready: bool
    checks: tuple[Check, ...]


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """A configured peer as this node sees it."""

    id: str
    connected: bool
    address: str
    height: BlockHeight | None
    last_heard_ms_ago: int | None
    queued_bytes: int


class NodeVersion(msgspec.Struct, frozen=True, kw_only=True):
    """Versions."""

    software: str
    """mohur."""
    version: str
    protocol_version: Count
    """In force at the next height."""
    protocol_version_known: Count
    """Newest version that this software knows: what its operator may signal."""
    address_prefix: str
    """`mhr` on a main network, `tmhr` on others."""


class MempoolStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What waits."""

    transactions: Count
    bytes: int


class MempoolListParams(msgspec.Struct, frozen=True, kw_only=True):
    """How many."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MEMPOOL_LIST_MAX)] = 100
