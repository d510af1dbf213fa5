"""What a replica is built from: parameters, the tip of its chain, what it signed before.

R12: the node resumes at the open height in the highest view of the guard, with the messages,
blocks and certificates that the guard holds. Memory decides nothing.
"""

import msgspec

from consensus.messages import ConsensusMessage, PreparedCertificate
from consensus.types import Header, Proposal, Tip, ValidatorId


class ReplicaConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of one replica. Those marked (genesis) must be equal on all nodes."""

    validator: ValidatorId | None
    """Own id; None for an observer, which never signs. At the start: see OwnKey."""
    chain_id: str
    """(genesis)"""
    rotation: int = 100
    """Heights that a primary keeps its turn (genesis), 1..10,000."""
    block_interval_empty_ms: int = 5_000
    """An idle network makes an empty block after this (R1)."""
    block_gap_ms: int = 20
    """Least time between a decision and the next proposal while the pool is below batch_min
    (R1)."""
    batch_min: int = 300
    """Pool size at which a primary does not wait for block_gap_ms (R1)."""
    idle_size_max: int = 2
    """After a block of at most this many transactions there is no gap: a single payment is final as
    soon as it can be (R1)."""
    timeout_min_ms: int = 250
    """Lower bound of T0 (R2)."""
    timeout_max_ms: int = 2_000
    """Upper bound of T0 (R2)."""
    timeout_cap_ms: int = 10_000
    """Upper bound of T(v) (R2)."""
    clock_drift_max_ms: int = 10_000
    """A timestamp may be this far ahead of the own clock (R3)."""
    status_interval_ms: int = 1_000
    """A Status goes to each connected peer this often."""


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key this node signs with from a height on, and what the guard of that key holds (R12).

    The set of a height names one key of each member. A node that holds several signs with the one
    that is named; with none of them it observes.
    """

    validator: ValidatorId | None
    """Own id; None if the set names no key of this node."""
    signed: tuple[ConsensusMessage, ...] = ()
    """As in Restored, of this key's guard."""
    proposals: tuple[tuple[bytes, Proposal], ...] = ()
    """As in Restored."""
    certificates: tuple[PreparedCertificate, ...] = ()
    """As in Restored."""
    guard_stale: str | None = None
    """As in Restored."""
    guard_height: int = 0
    """As in Restored."""


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """State of the node at start, read by the shell from store and sign guard."""

    tip: Tip
    recent_headers: tuple[Header, ...]
    """Headers of the last window_heights(rotation, VALIDATORS_MAX) + 1 heights, the tip's included,
    ascending, for suspension.

    Not the window of today's set: when the set grows later, the window grows into the past, and a
    node that was restarted has to know as much of it as one that was not, or they disagree about
    the primary. More do no harm; fewer only near genesis.
    """
    signed: tuple[ConsensusMessage, ...]
    """Own signed messages of guard_height from the guard, in the order of signing.

    Also when that height is decided: they tell whether a peer shows one that the guard lacks.
    """
    proposals: tuple[tuple[bytes, Proposal], ...]
    """(digest, block) attached to the guard; their bodies are available to the executor."""
    certificates: tuple[PreparedCertificate, ...]
    """Prepared certificates of guard_height from the guard."""
    guard_stale: str | None
    """None when the guard may be trusted; else why not (missing, other key, behind the store):
    observe (R12)."""
    guard_height: int
    """Height of the guard; above tip + 1 when the store lags: no vote before the store decided
    guard_height - 1."""
