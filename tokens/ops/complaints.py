"""A holder's complaint to the regulator about an institution (issue 5, Holders)."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import complaining
from tokens.authority import has_role, may_act_for, with_role
from tokens.context import Context
from tokens.lookup import require
from tokens.record_parties import is_told
from tokens.records.complaints import COMPLAINT, OPEN_MAX, Complaint, ComplaintStatus
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, Hash, OperationClass, Reference, Role

REGULATORS = (Role.SECURITIES_REGULATOR, Role.VA_REGULATOR)
Sealed = Annotated[bytes, msgspec.Meta(max_length=4_096, extra={"form": "hex"})]
_OPEN = (ComplaintStatus.SUBMITTED, ComplaintStatus.ASSIGNED, ComplaintStatus.ESCALATED)


class FileComplaint(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=270,
):
    """Complain to the regulator about an institution. By who may dispose of the account."""

    account: Address
    """Account that complains."""
    reference: Reference
    """The holder's own; once per account, for ever."""
    about: Address
    """Participant complained about."""
    text_hash: Hash
    """SHA-256 of the text."""
    sealed: Sealed
    """The text, sealed to the regulator and the institution; at most 4,096 bytes."""


class AssignComplaint(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=271,
):
    """Take a complaint: the institution must answer in `complaint_days`. By a regulator."""

    account: Address
    """Account that complains."""
    reference: Reference
    """Its reference."""


class AnswerComplaint(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=272,
):
    """Answer a complaint. By the institution complained about."""

    account: Address
    """Account that complains."""
    reference: Reference
    """Its reference."""
    answer_hash: Hash
    """SHA-256 of the answer."""
    sealed: Sealed
    """The answer, sealed to holder and regulator; at most 4,096 bytes."""


class EscalateComplaint(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=273,
):
    """Do not accept the answer: the regulator decides. By who may dispose of the account."""

    account: Address
    """Account that complains."""
    reference: Reference
    """Its reference."""


class CloseComplaint(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=274,
):
    """End a complaint: its holder at any time; the regulator that took it, with a decision."""

    account: Address
    """Account that complains."""
    reference: Reference
    """Its reference."""
    outcome_hash: Hash | None
    """SHA-256 of the regulator's decision; null from the holder."""


def _complaint(context: Context, account: bytes, reference: str) -> Complaint | None:
    """One that those who act may know of."""
    found = context.state.get(COMPLAINT, account, reference)
    return found if found is not None and is_told(context, COMPLAINT, found) else None


def _is_holder(context: Context, account_id: bytes) -> bool:
    account = context.state.get(ACCOUNT, account_id)
    return account is not None and may_act_for(context, account)


def check_file(context: Context, operation: FileComplaint) -> Iterator[Refusal]:
    """An own account, an institution, a reference that is new, not too many open."""
    account = context.state.get(ACCOUNT, operation.account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    if context.state.get(PARTICIPANT, operation.about) is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    if _complaint(context, operation.account, operation.reference) is not None:
        yield Refusal(Code.REFERENCE_USED)
    if complaining.open_count(context, operation.account, OPEN_MAX) >= OPEN_MAX:
        yield Refusal(Code.RULE_LIMIT)


def apply_file(context: Context, operation: FileComplaint) -> None:
    """SUBMITTED; a regulator must take it in time."""
    complaint = Complaint(
        account=operation.account,
        reference=operation.reference,
        about=operation.about,
        text_hash=operation.text_hash,
        status=ComplaintStatus.SUBMITTED,
        regulator=None,
        answer_hash=None,
        outcome_hash=None,
        filed_on=context.business_date,
        due_on=None,
    )
    complaining.move(context, complaint, ComplaintStatus.SUBMITTED)


def check_assign(context: Context, operation: AssignComplaint) -> Iterator[Refusal]:
    """A regulator; submitted, or escalated because nobody took it."""
    if not has_role(context, *REGULATORS):
        yield Refusal(Code.ROLE_REQUIRED)
    complaint = _complaint(context, operation.account, operation.reference)
    if complaint is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if complaint.regulator is not None or complaint.status not in _OPEN:
        yield Refusal(Code.WRONG_STATUS)


def apply_assign(context: Context, operation: AssignComplaint) -> None:
    """ASSIGNED to it."""
    regulator = with_role(context, *REGULATORS)
    complaint = require(context.state, COMPLAINT, operation.account, operation.reference)
    taken = msgspec.structs.replace(
        complaint, regulator=None if regulator is None else regulator.id
    )
    complaining.move(context, taken, ComplaintStatus.ASSIGNED)


def check_answer(context: Context, operation: AnswerComplaint) -> Iterator[Refusal]:
    """The institution; assigned, in time."""
    complaint = _complaint(context, operation.account, operation.reference)
    if complaint is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if complaint.about not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if complaint.status is not ComplaintStatus.ASSIGNED:
        yield Refusal(Code.WRONG_STATUS)


def apply_answer(context: Context, operation: AnswerComplaint) -> None:
    """ANSWERED; the holder has as long again."""
    complaint = require(context.state, COMPLAINT, operation.account, operation.reference)
    answered = msgspec.structs.replace(complaint, answer_hash=operation.answer_hash)
    complaining.move(context, answered, ComplaintStatus.ANSWERED)


def check_escalate(context: Context, operation: EscalateComplaint) -> Iterator[Refusal]:
    """The holder; answered."""
    complaint = _complaint(context, operation.account, operation.reference)
    if complaint is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if not _is_holder(context, operation.account):
        yield Refusal(Code.NOT_AUTHORISED)
    if complaint.status is not ComplaintStatus.ANSWERED:
        yield Refusal(Code.WRONG_STATUS)


def apply_escalate(context: Context, operation: EscalateComplaint) -> None:
    """ESCALATED."""
    complaint = require(context.state, COMPLAINT, operation.account, operation.reference)
    complaining.move(context, complaint, ComplaintStatus.ESCALATED)


def check_close(context: Context, operation: CloseComplaint) -> Iterator[Refusal]:
    """The holder without a decision, or the regulator that took it with one."""
    complaint = _complaint(context, operation.account, operation.reference)
    if complaint is None:
        yield Refusal(Code.NOT_FOUND)
        return
    decides = complaint.regulator in context.actors.participants
    by_holder = operation.outcome_hash is None
    if not (_is_holder(context, operation.account) if by_holder else decides):
        yield Refusal(Code.NOT_AUTHORISED)
    if complaint.status is ComplaintStatus.CLOSED:
        yield Refusal(Code.WRONG_STATUS)


def apply_close(context: Context, operation: CloseComplaint) -> None:
    """CLOSED."""
    complaint = require(context.state, COMPLAINT, operation.account, operation.reference)
    closed = msgspec.structs.replace(complaint, outcome_hash=operation.outcome_hash)
    complaining.move(context, closed, ComplaintStatus.CLOSED)


FILE_COMPLAINT = OperationSpec(
    operation=FileComplaint,
    name="file_complaint",
    family="complaints",
    operation_class=OperationClass.GOVERN,
    check=check_file,
    apply=apply_file,
    in_recovery=True,
    codes=(
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.UNKNOWN_PARTICIPANT,
        Code.REFERENCE_USED,
        Code.RULE_LIMIT,
    ),
)
ASSIGN_COMPLAINT = OperationSpec(
    operation=AssignComplaint,
    name="assign_complaint",
    family="complaints",
    operation_class=OperationClass.GOVERN,
    check=check_assign,
    apply=apply_assign,
    codes=(Code.ROLE_REQUIRED, Code.NOT_FOUND, Code.WRONG_STATUS),
)
_STEP_CODES = (Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.WRONG_STATUS)
ANSWER_COMPLAINT = OperationSpec(
    operation=AnswerComplaint,
    name="answer_complaint",
    family="complaints",
    operation_class=OperationClass.GOVERN,
    check=check_answer,
    apply=apply_answer,
    codes=_STEP_CODES,
)
ESCALATE_COMPLAINT = OperationSpec(
    operation=EscalateComplaint,
    name="escalate_complaint",
    family="complaints",
    operation_class=OperationClass.GOVERN,
    check=check_escalate,
    apply=apply_escalate,
    in_recovery=True,
    codes=_STEP_CODES,
)
CLOSE_COMPLAINT = OperationSpec(
    operation=CloseComplaint,
    name="close_complaint",
    family="complaints",
    operation_class=OperationClass.GOVERN,
    check=check_close,
    apply=apply_close,
    codes=_STEP_CODES,
)
