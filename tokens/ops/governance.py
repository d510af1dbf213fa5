"""Governance of the ledger's numbers and approval policies."""

import datetime
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens import agenda, reserve
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events import ApprovalPolicySet, ParameterSet
from tokens.parameters import PARAMETER_OF
from tokens.records.proposals import APPROVAL_POLICY, ApprovalPolicy
from tokens.records.system import PARAMETER, AgendaItem, Parameter
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AgendaClass, OperationClass, Symbol

CHANGE_HANDLER = "parameter_change"
_ID = b"mohur/parameter-change/v1"


class SetParameter(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=140,
):
    """Set one number of tokens/parameters.py, from the next height or from a business date on."""

    name: Symbol
    """Which one; not one that genesis fixed."""
    value: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    """Inside the range of its entry."""
    effective_on: datetime.date | None
    """Later business date, or None: the next height."""


class SetApprovalPolicy(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=141,
):
    """Say who must agree to what; open proposals are judged by it at once."""

    policy: ApprovalPolicy
    """The whole policy; replaces the one of that name."""


def check_set_parameter(context: Context, operation: SetParameter) -> Iterator[Refusal]:
    """Known, not fixed, in range, not in the past."""
    spec = PARAMETER_OF.get(operation.name)
    if spec is None or spec.fixed or not spec.low <= operation.value <= spec.high:
        yield Refusal(Code.BAD_PARAMETER)
    day = operation.effective_on
    if day is not None and day <= context.business_date:
        yield Refusal(Code.BAD_DATE)


def apply_set_parameter(context: Context, operation: SetParameter) -> None:
    """Now, or by the agenda. A later change for the same date replaces an earlier one."""
    if operation.effective_on is None:
        _set(context, operation.name, operation.value)
        return
    agenda.schedule(
        context.state,
        AgendaItem(
            due_on=operation.effective_on,
            item_class=AgendaClass.CHANGE,
            id=tagged_hash(_ID, operation.name.encode()),
            handler=CHANGE_HANDLER,
            subject=encode((operation.name, operation.value)),
            cursor=b"",
        ),
    )


def run_change(context: Context, item: AgendaItem, quota: int) -> agenda.Step:
    """Agenda: a parameter takes effect."""
    del quota
    name, value = msgspec.msgpack.decode(item.subject, type=tuple[str, int])
    _set(context, name, value)
    return agenda.Step(1, None)


def _set(context: Context, name: str, value: int) -> None:
    context.state.put(PARAMETER, Parameter(name=name, value=value))
    context.emit(ParameterSet(name=name, value=value))
    if name == "mark_age_days":
        reserve.review_all(context)  # what is stale has changed


def check_set_policy(context: Context, operation: SetApprovalPolicy) -> Iterator[Refusal]:
    """A known name, and slots that can be read in one way only."""
    policy = operation.policy
    if context.state.get(APPROVAL_POLICY, policy.name) is None:
        yield Refusal(Code.NOT_FOUND)
    for slot in policy.required:
        if not slot or any(first >= second for first, second in pairwise(slot)):
            yield Refusal(Code.BAD_FIELD)


def apply_set_policy(context: Context, operation: SetApprovalPolicy) -> None:
    """In force for the next operation."""
    context.state.put(APPROVAL_POLICY, operation.policy)
    context.emit(ApprovalPolicySet(name=operation.policy.name))


PARAMETER_CHANGE = agenda.AgendaHandler(CHANGE_HANDLER, "governance", run_change)

SET_PARAMETER = OperationSpec(
    operation=SetParameter,
    name="set_parameter",
    family="governance",
    operation_class=OperationClass.GOVERN,
    check=check_set_parameter,
    apply=apply_set_parameter,
    approval="parameters",
    codes=(Code.BAD_PARAMETER, Code.BAD_DATE),
)

SET_APPROVAL_POLICY = OperationSpec(
    operation=SetApprovalPolicy,
    name="set_approval_policy",
    family="governance",
    operation_class=OperationClass.GOVERN,
    check=check_set_policy,
    apply=apply_set_policy,
    approval="validators",
    emergency=True,
    codes=(Code.NOT_FOUND, Code.BAD_FIELD),
)
