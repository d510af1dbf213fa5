"""Why something was dropped, and why a proposal was refused. Stable: metric labels.

A peer's fault is a value, never an exception (R10: all drops are counted by reason).
"""

from enum import StrEnum


class Reject(StrEnum):
    """Why an event had no effect."""

    OLD_HEIGHT = "old_height"
    """Of a height that is decided here."""
    FUTURE_HEIGHT = "future_height"
    """Above h + 1, or a view > 0 of h + 1 (R10)."""
    OLD_VIEW = "old_view"
    """A PrePrepare of a view that this node has left (R6)."""
    UNKNOWN_SENDER = "unknown_sender"
    """Not in the validator set of that height."""
    NOT_PRIMARY = "not_primary"
    """A PrePrepare by somebody else than primary(h, v)."""
    DUPLICATE = "duplicate"
    """Held already."""
    VIEW_BOUND = "view_bound"
    """Below the two highest views held of that sender and kind (R10)."""
    CONFLICT = "conflict"
    """Contradicts a signature held of the same sender: evidence (R11)."""
    BAD_JUSTIFICATION = "bad_justification"
    """J does not justify the PrePrepare. J is not under the signature: nobody is blamed."""
    BAD_VIEW_CHANGE = "bad_view_change"
    """Claim and certificate of a ViewChange do not fit."""
    BAD_CERTIFICATE = "bad_certificate"
    """Structure of a commit certificate."""
    BAD_PROPOSAL = "bad_proposal"
    """A header rule is broken; the primary signed it (R3)."""
    BAD_EVIDENCE = "bad_evidence"
    """Two messages that do not contradict each other, or of a stranger, or of a far height."""
    KNOWN_EVIDENCE = "known_evidence"
    """One per sender and height is kept (R11)."""
    STALE_ANSWER = "stale_answer"
    """An answer of the shell to a question that is no longer open."""
    UNKNOWN_PEER = "unknown_peer"
    """A Status of somebody who is no validator."""
    OBSERVING = "observing"
    """An own message came back that this replica did not ask for."""


class HeaderFault(StrEnum):
    """Which header rule a proposal breaks (R3)."""

    VERSION = "version"
    CHAIN_ID = "chain_id"
    HEIGHT = "height"
    PARENT = "parent"
    PARENT_STATE_ROOT = "parent_state_root"
    VALIDATORS = "validators"
    PROPOSER = "proposer"
    ORIGIN_VIEW = "origin_view"
    FAILED = "failed"
    PARENT_CERTIFICATE = "parent_certificate"
    TRANSACTIONS = "transactions"
    """More wire ids than the limit of the chain."""
    TIMESTAMP_NOT_ABOVE_PARENT = "timestamp_not_above_parent"
    TIMESTAMP_TOO_FAR_AHEAD = "timestamp_too_far_ahead"
