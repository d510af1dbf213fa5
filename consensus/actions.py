"""Everything a replica can ask of its shell. The only outputs of the core.

Contract of the shell (`perform`), in the order of the list that `handle` returned:
1. Sign: the draft is signed and its record (with block, bodies, certificate where named) is in the
   fsynced sign guard BEFORE any byte of it leaves; then it is broadcast and fed back as
   events.Received, in either order (docs/adr/0008-shell.md).
2. Decide: one synced batch; then the outside hears of it; then events.Advanced is fed back.
3. Everything else may be done in any order, and answers come as events. No answer is an answer too:
   the core never waits for one without a timer.
"""

from enum import IntEnum
from typing import Annotated

import msgspec

from consensus.messages import (
    ConsensusMessage,
    Evidence,
    PreparedCertificate,
    Status,
)
from consensus.types import CommitCertificate, Proposal, ValidatorId


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """Sign this draft under the guard, loop it back, broadcast it."""

    draft: ConsensusMessage
    """Its signature (a ViewChange: its head's) is empty."""
    proposal: Proposal | None
    """With a Prepare: the block, durable with all bodies in the same fsync or before (R3)."""
    certificate: PreparedCertificate | None
    """With a Commit: the prepared certificate, durable in the same fsync or before (R4)."""


class KeepCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """Make durable a prepared certificate of a view already left (R4)."""

    certificate: PreparedCertificate


class Broadcast(msgspec.Struct, frozen=True, kw_only=True):
    """Send a signed message (own, or relayed evidence) to all validators again (R9)."""

    message: ConsensusMessage | Evidence


class SendTo(msgspec.Struct, frozen=True, kw_only=True):
    """Send to one peer."""

    peer: ValidatorId
    message: ConsensusMessage | Status | Evidence


class HeaderTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """What consensus owns of a header; the proposer adds chain id, tx_root, certificate digest."""

    version: int
    height: int
    parent: bytes
    parent_state_root: bytes
    timestamp_ms: int
    """max(own clock, parent's + 1 ms) (R3)."""
    proposer: ValidatorId
    origin_view: int
    failed: tuple[ValidatorId, ...]
    validators_hash: bytes
    next_validators_hash: bytes


class BuildProposal(msgspec.Struct, frozen=True, kw_only=True):
    """Choose transactions now and build a block on the tip. Answer: events.ProposalBuilt."""

    view: int
    transactions_max: int
    """Most wire ids: block_transactions_max, halved in each view (a block may take too long)."""
    template: HeaderTemplate
    parent_certificate: CommitCertificate | None


class FetchBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Ask these peers for the proposal of a digest. Answer: events.BlockFetched. Repeatable."""

    height: int
    digest: bytes
    peers: tuple[ValidatorId, ...]


class Execute(msgspec.Struct, frozen=True, kw_only=True):
    """Get all bodies, check every transaction, execute once on an overlay kept by digest.

    Answer: Executed, ExecutionRefused or ExecutionFailed; none while bodies are missing.
    Repeatable while
    there is no answer (more peers to ask); a digest that was executed is answered from its overlay.
    """

    view: int
    digest: bytes
    proposal: Proposal
    peers: tuple[ValidatorId, ...]
    """Whom to ask for missing bodies, best first: every sender of a message for this digest."""


class Decide(msgspec.Struct, frozen=True, kw_only=True):
    """This block is decided (R5). Persist, acknowledge, answer with Advanced."""

    digest: bytes
    proposal: Proposal
    certificate: CommitCertificate


class CatchUp(msgspec.Struct, frozen=True, kw_only=True):
    """This node is behind (R14): stream decided blocks until level. Each arrives as Advanced."""

    target_height: int
    """Height of the highest valid certificate known."""
    peers: tuple[ValidatorId, ...]
    """Whom to ask: connected ones that said to be ahead, else all connected ones. Take turns."""


class RecordEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """New evidence (R11): keep it, show it, submit report_misbehaviour."""

    evidence: Evidence


class ReportKind(IntEnum):
    """What a Report is about; each has a metric and a log line."""

    ENTERED_HEIGHT = 1
    VIEW_TIMEOUT = 2
    ENTERED_VIEW = 3
    PROPOSAL_REFUSED = 4
    EXECUTION_FAILED = 5
    DROPPED = 6
    ROOT_MISMATCH = 7
    SIGN_REFUSED = 8
    EVIDENCE = 9
    BEHIND = 10
    LEVEL = 11
    OBSERVING = 12
    VOTING = 13


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Something an operator may want to read. No effect on the protocol."""

    kind: ReportKind
    text: str
    """A sentence; never contains bytes from a peer besides ids and hex."""
    height: int
    view: int


class Halt(msgspec.Struct, frozen=True, kw_only=True):
    """Stop voting and report: the node keeps serving reads but signs nothing any more (R5, R12)."""

    reason: Annotated[str, msgspec.Meta(max_length=64)]
    """Stable symbol: ROOT_CONFLICT, TWO_NODES_ONE_KEY."""
    text: str


Action = (
    Sign
    | KeepCertificate
    | Broadcast
    | SendTo
    | BuildProposal
    | FetchBlock
    | Execute
    | Decide
    | CatchUp
    | RecordEvidence
    | Report
    | Halt
)
