"""Everything that can happen to a replica. The only inputs of the core.

Rules of this file:
1. Time enters only as `now`: monotonic milliseconds for timers, wall milliseconds for the timestamp
   rule (R3).
2. What comes from a peer is Verified[...] already; the core still decides whether it is *valid*
   (page 03).
3. Own signed messages come back as Received, as if a peer had sent them (contract of perform).
"""

from typing import NamedTuple

import msgspec

from consensus.messages import ConsensusMessage, Evidence, Status, Step
from consensus.restore import OwnKey
from consensus.types import Proposal, Tip, ValidatorId, Verified


class Now(NamedTuple):
    """The clocks of the node at the moment of an event."""

    mono_ms: int
    """Monotonic milliseconds: timers, retransmission, gaps."""
    wall_ms: int
    """UTC milliseconds since the epoch: only for block timestamps."""


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """`Replica.next_wakeup_ms()` was reached (a later or spurious Tick is harmless)."""

    now: Now


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A verified message, from a peer or own (after signing)."""

    now: Now
    message: Verified[ConsensusMessage]


class StatusReceived(msgspec.Struct, frozen=True, kw_only=True):
    """A peer's Status; its tip certificate is verified, and `seen` (by the own key, else None)."""

    now: Now
    peer: ValidatorId
    status: Status


class OutOfReach(msgspec.Struct, frozen=True, kw_only=True):
    """A peer sent a message of a height that is over here, or that is too far ahead to be verified.

    One of the two nodes is behind: the peer is told where this one stands (R9).
    """

    now: Now
    peer: ValidatorId


class EvidenceReceived(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence from gossip; both signatures are verified."""

    now: Now
    evidence: Verified[Evidence]


class PeerUp(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated connection to that validator exists."""

    now: Now
    peer: ValidatorId


class PeerDown(msgspec.Struct, frozen=True, kw_only=True):
    """The last connection to that validator is lost."""

    now: Now
    peer: ValidatorId


class PoolChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What the pool and the ledger's agenda would put into a block of the current height (R1, R2).

    An Advanced resets it to nothing: the shell says it again for the new height.
    """

    now: Now
    includable: int
    """Number of includable transactions held, as last asked of `includable`."""
    agenda: bool
    """The ledger's agenda has due work (04)."""
    censored: bool
    """Something that w validators hold has long not been included (a reason for R6)."""


class ProposalBuilt(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to actions.BuildProposal."""

    now: Now
    view: int
    digest: bytes
    proposal: Proposal


class BlockFetched(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to actions.FetchBlock; digest, tx_root and parent certificate are checked."""

    now: Now
    digest: bytes
    proposal: Verified[Proposal]


class Executed(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to actions.Execute: the block is valid and was executed on an overlay."""

    now: Now
    height: int
    digest: bytes
    root: bytes
    """What a Commit for it signs: SHA-256(domain, state root, receipts root)."""


class ExecutionRefused(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to actions.Execute: a transaction is not includable, or a limit is exceeded."""

    now: Now
    height: int
    digest: bytes
    reason: str


class ExecutionFailed(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to actions.Execute: an internal error here. No Prepare, and a named report (R3)."""

    now: Now
    height: int
    digest: bytes
    reason: str


class SignRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The sign guard refused (R12). `root_conflict`: it signed another root for this block."""

    now: Now
    height: int
    view: int
    step: Step
    reason: str
    root_conflict: bool


class Advanced(msgspec.Struct, frozen=True, kw_only=True):
    """A block is decided *and durable*, by own decision or sync. The next height begins."""

    now: Now
    tip: Tip
    own_key: OwnKey | None = None
    """Another key of this node signs from the next height on, or none does any more; None = as
    before."""


class MayVote(msgspec.Struct, frozen=True, kw_only=True):
    """Operator's command (R12): a stale node may vote again from this height on."""

    now: Now
    from_height: int


Event = (
    Tick
    | Received
    | StatusReceived
    | OutOfReach
    | EvidenceReceived
    | PeerUp
    | PeerDown
    | PoolChanged
    | ProposalBuilt
    | BlockFetched
    | Executed
    | ExecutionRefused
    | ExecutionFailed
    | SignRefused
    | Advanced
    | MayVote
)
