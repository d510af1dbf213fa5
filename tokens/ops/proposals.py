"""Proposals: how several parties agree (page 04, Transactions and proposals).

Rules of this file:
1. The proposer's agreement counts as the first approval. With the last one the operations run once,
   atomically, under the rules, roles and policies of that block; success and failure consume it.
2. The last one is there when every named approver agrees and every operation's approval policy is
   met by those who agree. An operation that itself answers NEEDS_APPROVAL keeps the proposal open.
"""

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens import agenda
from tokens.authority import policy_is_met
from tokens.codec import encode, tagged_hash
from tokens.context import Actors, Context
from tokens.events import Approved, ProposalClosed, Proposed
from tokens.record_parties import is_told
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.proposals import PARTIES_MAX, PROPOSAL, Proposal, ProposalStatus
from tokens.records.system import AgendaItem
from tokens.recovering import still_agrees
from tokens.refusing import is_supervisor, told_to_all
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.types import Address, AgendaClass, EncodedOperation, Hash, OperationClass

EXPIRY_DAYS_MAX = 366
"""Calendar days that a proposal may wait."""

_ID = b"mohur/proposal/v1"
_OPERATIONS = b"mohur/operations/v1"
EXPIRY_HANDLER = "proposal_expiry"


class Propose(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=20,
):
    """Put operations up for the agreement of others; the sender agrees by proposing."""

    operations: Annotated[tuple[EncodedOperation, ...], msgspec.Meta(min_length=1, max_length=100)]
    """Canonical bytes of each, in the order in which they will run."""
    approvers: Annotated[tuple[Address, ...], msgspec.Meta(max_length=16)]
    """Parties that must agree besides what the policies ask; strictly ascending."""
    expires_on: datetime.date
    """Closed at the first open_day with business date >= this; at most 366 days ahead."""


class Approve(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=21,
):
    """Agree to a proposal; with the last agreement it runs."""

    proposal_id: Hash
    """The proposal."""
    operations_digest: Hash
    """Of the operations that the sender has read."""


class WithdrawProposal(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=22,
):
    """Take back an own proposal that is still open."""

    proposal_id: Hash
    """The proposal."""


def proposal_id(tx_id: bytes, operation_index: int) -> bytes:
    """Id of the proposal that an operation of a transaction makes."""
    return tagged_hash(_ID, tx_id, operation_index.to_bytes(8, "big"))


def operations_digest(operations: Sequence[bytes]) -> bytes:
    """What approvers name: hash of the encoded operations in order."""
    return tagged_hash(_OPERATIONS, encode(tuple(operations)))


def check_propose(context: Context, operation: Propose) -> Iterator[Refusal]:
    """Each operation stands in a proposal; approvers are known; the date is ahead."""
    for data in operation.operations:
        nested = context.runner.decode(data)
        if nested is None:
            yield Refusal(Code.BAD_FIELD)
        elif not context.runner.traits(nested).in_proposal:
            yield Refusal(Code.NOT_ALLOWED_IN_PROPOSAL)
    if any(first >= second for first, second in pairwise(operation.approvers)):
        yield Refusal(Code.BAD_FIELD)
    state = context.state
    for address in operation.approvers:
        account = state.get(ACCOUNT, address)
        own_keys = account is not None and account.policy is not None
        if not own_keys and state.get(PARTICIPANT, address) is None:
            yield Refusal(Code.UNKNOWN_PARTICIPANT)
    ahead = operation.expires_on.toordinal() - context.business_date.toordinal()
    if not 1 <= ahead <= EXPIRY_DAYS_MAX:
        yield Refusal(Code.BAD_DATE)


def apply_propose(context: Context, operation: Propose) -> None:
    """Store it; it runs at once if the proposer alone is enough."""
    proposal = Proposal(
        id=proposal_id(context.tx_id, context.operation_index),
        proposer=context.actors.sender,
        operations=operation.operations,
        operations_digest=operations_digest(operation.operations),
        approvers=operation.approvers,
        approvals=(context.actors.sender,),
        expires_on=operation.expires_on,
        status=ProposalStatus.OPEN,
        proposed_at=context.height,
        closed_at=0,
        code=0,
    )
    context.state.put(PROPOSAL, proposal)
    agenda.schedule(context.state, _expiry(proposal))
    context.emit(
        Proposed(
            proposal=proposal.id,
            proposer=proposal.proposer,
            operations_digest=proposal.operations_digest,
        )
    )
    _run_if_agreed(context, proposal)


def work_of_approval(context: Context, operation: Approve) -> int:
    """Operations of the proposal: they are read at each approval and run with the last one."""
    proposal = context.state.get(PROPOSAL, operation.proposal_id)
    return 0 if proposal is None else len(proposal.operations)


def check_approve(context: Context, operation: Approve) -> Iterator[Refusal]:
    """Open, the same operations, an approver that counts and has not agreed yet.

    Any participant may approve, so each of them may know of it.
    """
    proposal = context.state.get(PROPOSAL, operation.proposal_id)
    told = bool(context.actors.participants)
    if proposal is None or not (told or is_told(context, PROPOSAL, proposal)):
        yield Refusal(Code.NOT_FOUND)
        return
    if proposal.status is not ProposalStatus.OPEN:
        yield Refusal(Code.PROPOSAL_NOT_OPEN)
    if context.business_date >= proposal.expires_on:
        yield Refusal(Code.PROPOSAL_EXPIRED)
    if operation.operations_digest != proposal.operations_digest:
        yield Refusal(Code.DIGEST_MISMATCH)
    sender = context.actors.sender
    if sender in proposal.approvals:
        yield Refusal(Code.ALREADY_APPROVED)
    known = sender in context.actors.participants or sender in proposal.approvers
    if not known or len(proposal.approvals) >= PARTIES_MAX:
        yield Refusal(Code.NOT_AUTHORISED)


def apply_approve(context: Context, operation: Approve) -> None:
    """Add the approval, run if it was the last one."""
    proposal = context.state.get(PROPOSAL, operation.proposal_id)
    if proposal is None:
        raise ValueError("approval of an unknown proposal")
    sender = context.actors.sender
    proposal = msgspec.structs.replace(proposal, approvals=(*proposal.approvals, sender))
    context.state.put(PROPOSAL, proposal)
    context.emit(Approved(proposal=proposal.id, approver=sender))
    _run_if_agreed(context, proposal)


def check_withdraw(context: Context, operation: WithdrawProposal) -> Iterator[Refusal]:
    """Open, and the sender's own."""
    proposal = context.state.get(PROPOSAL, operation.proposal_id)
    if proposal is None or not is_told(context, PROPOSAL, proposal):
        yield Refusal(Code.NOT_FOUND)
        return
    if proposal.status is not ProposalStatus.OPEN:
        yield Refusal(Code.PROPOSAL_NOT_OPEN)
    if proposal.proposer != context.actors.sender:
        yield Refusal(Code.NOT_AUTHORISED)


def apply_withdraw(context: Context, operation: WithdrawProposal) -> None:
    """Close it."""
    proposal = context.state.get(PROPOSAL, operation.proposal_id)
    if proposal is None:
        raise ValueError("withdrawal of an unknown proposal")
    agenda.cancel(context.state, _expiry(proposal))
    _close(context, proposal, ProposalStatus.WITHDRAWN, Code.OK, 0)


def run_expiry(context: Context, item: AgendaItem, quota: int) -> agenda.Step:
    """Agenda: a proposal that waited too long is closed."""
    del quota
    proposal = context.state.get(PROPOSAL, item.subject)
    if proposal is not None and proposal.status is ProposalStatus.OPEN:
        _close(context, proposal, ProposalStatus.EXPIRED, Code.OK, 0)
    return agenda.Step(1, None)


def _run_if_agreed(context: Context, proposal: Proposal) -> None:
    approvals = proposal.approvals
    if any(address not in approvals for address in proposal.approvers):
        return
    actors = _actors(context, proposal)
    operations = []
    for data in proposal.operations:
        operation = context.runner.decode(data)
        if operation is None:
            raise ValueError("a stored operation does not decode")
        traits = context.runner.traits(operation)
        name = traits.approval
        if name is not None and not policy_is_met(
            context, actors.participants, name, emergency=traits.emergency
        ):
            return
        operations.append(operation)
    code, index = context.runner.run(context, operations, actors, proposal.id)
    if code is Code.NEEDS_APPROVAL:
        return
    agenda.cancel(context.state, _expiry(proposal))
    status = ProposalStatus.EXECUTED if code is Code.OK else ProposalStatus.FAILED
    _close(context, proposal, status, code, max(index, 0))


def _actors(context: Context, proposal: Proposal) -> Actors:
    """Those who agree, as they stand in this block."""
    state = context.state
    participants, accounts = [], []
    for address in proposal.approvals:
        account = state.get(ACCOUNT, address)
        if account is None:
            participants.append(address)
        elif account.policy is not None and still_agrees(state, account, proposal.proposed_at):
            accounts.append(address)
    return Actors(proposal.proposer, tuple(participants), tuple(accounts), in_proposal=True)


def _close(
    context: Context, proposal: Proposal, status: ProposalStatus, code: Code, index: int
) -> None:
    told = int(_told(context.state, proposal, code))
    closed = msgspec.structs.replace(
        proposal, operations=(), status=status, closed_at=context.height, code=told
    )
    context.state.put(PROPOSAL, closed)
    context.emit(
        ProposalClosed(proposal=proposal.id, status=int(status), code=told, operation=index)
    )


def _told(state: Overlay, proposal: Proposal, code: Code) -> Code:
    """Why a run failed, as all who read it may know: one of them was told of its own account.

    Whoever agrees alone reads what any receipt would say; supervisors among themselves read all.
    """
    readers = dict.fromkeys((proposal.proposer, *proposal.approvers, *proposal.approvals))
    if len(readers) == 1 or all(is_supervisor(state, reader) for reader in readers):
        return code
    return told_to_all(code)


def _expiry(proposal: Proposal) -> AgendaItem:
    return AgendaItem(
        due_on=proposal.expires_on,
        item_class=AgendaClass.RELEASE,
        id=proposal.id,
        handler=EXPIRY_HANDLER,
        subject=proposal.id,
        cursor=b"",
    )


PROPOSAL_EXPIRY = agenda.AgendaHandler(EXPIRY_HANDLER, "proposals", run_expiry)

PROPOSE = OperationSpec(
    operation=Propose,
    name="propose",
    family="proposals",
    operation_class=OperationClass.GOVERN,
    check=check_propose,
    apply=apply_propose,
    in_proposal=False,
    codes=(
        Code.BAD_FIELD,
        Code.NOT_ALLOWED_IN_PROPOSAL,
        Code.UNKNOWN_PARTICIPANT,
        Code.BAD_DATE,
    ),
)

APPROVE = OperationSpec(
    operation=Approve,
    name="approve",
    family="proposals",
    operation_class=OperationClass.GOVERN,
    check=check_approve,
    apply=apply_approve,
    stored_work=work_of_approval,
    in_proposal=False,
    codes=(
        Code.NOT_FOUND,
        Code.PROPOSAL_NOT_OPEN,
        Code.PROPOSAL_EXPIRED,
        Code.DIGEST_MISMATCH,
        Code.ALREADY_APPROVED,
        Code.NOT_AUTHORISED,
    ),
)

WITHDRAW_PROPOSAL = OperationSpec(
    operation=WithdrawProposal,
    name="withdraw_proposal",
    family="proposals",
    operation_class=OperationClass.GOVERN,
    check=check_withdraw,
    apply=apply_withdraw,
    in_proposal=False,
    codes=(Code.NOT_FOUND, Code.PROPOSAL_NOT_OPEN, Code.NOT_AUTHORISED),
)
