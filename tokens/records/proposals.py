"""Proposals, approval policies and grants: how several parties agree, and how one lends power."""

import datetime
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import (
    Address,
    Amount,
    AssetId,
    BlockHeight,
    EncodedOperation,
    Hash,
    Role,
    Symbol,
)

PARTIES_MAX = 64
"""Most parties that may approve one proposal."""


class ProposalStatus(IntEnum):
    """Life of a proposal. Only OPEN takes approvals; success and failure consume it."""

    OPEN = 1
    EXECUTED = 2
    FAILED = 3
    WITHDRAWN = 4
    EXPIRED = 5


class Proposal(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Operations that wait for the agreement of several parties."""

    id: Hash
    """Of (tx_id, operation index) that proposed it."""
    proposer: Address
    operations: Annotated[tuple[EncodedOperation, ...], msgspec.Meta(max_length=100)]
    """1..100 while OPEN; empty afterwards (the transaction that proposed them keeps them)."""
    operations_digest: Hash
    """What approvers name, so that nobody approves something else."""
    approvers: Annotated[tuple[Address, ...], msgspec.Meta(max_length=16)]
    """Parties that must approve besides what the approval policies ask."""
    approvals: Annotated[tuple[Address, ...], msgspec.Meta(max_length=PARTIES_MAX)]
    """Proposer first, then in order of arrival."""
    expires_on: datetime.date
    """Closed at the first open_day with business date >= this."""
    status: ProposalStatus
    proposed_at: BlockHeight
    closed_at: BlockHeight
    """0 while OPEN."""
    code: Annotated[int, msgspec.Meta(ge=0, le=199)]
    """Of the failed run; 0 otherwise."""


class ApprovalPolicy(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Who must agree to an operation: data, set in genesis and by governance.

    Met when every slot of `required` has its own participant, no two of one control group; the
    distinct control
    groups are at least `approvals_min`; and, where `validator_quorum`, the operators that agree
    run at least
    ceil(2n/3) validators of the set of the next height.
    """

    name: Symbol
    required: Annotated[tuple[tuple[Role, ...], ...], msgspec.Meta(max_length=8)]
    """Slots; each lists its acceptable roles, strictly ascending."""
    approvals_min: Annotated[int, msgspec.Meta(ge=1, le=31)]
    """Distinct control groups that agree."""
    validator_quorum: bool
    threshold_min: Annotated[int, msgspec.Meta(ge=1, le=16)]
    """A participant fills a slot only if its own key policy asks for at least so many
    signatures."""


class Grant(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """Power over one operation and one asset, lent under caps.

    One for each (grantor, grantee, operation, asset).
    """

    grantor: Address
    """Participant or account whose power it is."""
    grantee: Address
    """Participant that may use it."""
    operation: Symbol
    """Name of the operation, e.g. cash_mint."""
    asset: AssetId
    sources: Annotated[tuple[Address, ...], msgspec.Meta(max_length=16)]
    """Accounts that it may debit, strictly ascending; empty = any that the grantor may."""
    targets: Annotated[tuple[Address, ...], msgspec.Meta(max_length=16)]
    """Accounts that it may credit, strictly ascending; empty = any."""
    cap_call: Amount
    """Minor units in one operation."""
    cap_day: Amount
    """Minor units on one business date."""
    cap_total: Amount
    """Minor units in its life; burning or returning does not restore it."""
    used_day: Amount
    used_total: Amount
    used_on: datetime.date
    """Business date that `used_day` belongs to."""
    expires_on: datetime.date
    """Void from this business date on."""


PROPOSAL = RecordKind(
    4,
    "proposal",
    Proposal,
    lambda r: (r.id,),
    (
        Index(4, "proposals", lambda r: (r.proposed_at, r.id), static=True),
        Index(
            5,
            "proposals_open",
            lambda r: (r.proposed_at, r.id) if r.status is ProposalStatus.OPEN else None,
            static=False,
        ),
    ),
)
APPROVAL_POLICY = RecordKind(
    5,
    "approval_policy",
    ApprovalPolicy,
    lambda r: (r.name,),
    (Index(6, "approval_policies", lambda r: (r.name,), static=True),),
)
GRANT = RecordKind(
    6,
    "grant",
    Grant,
    lambda r: (r.grantor, r.grantee, r.operation, r.asset),
    (
        Index(7, "grants", lambda r: (r.grantor, r.grantee, r.operation, r.asset), static=True),
        Index(
            8,
            "grants_by_grantee",
            lambda r: (r.grantee, r.grantor, r.operation, r.asset),
            static=True,
        ),
    ),
)
