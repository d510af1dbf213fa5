"""Clients of an institution that ends get another one (page 04, Licences)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens import reassigning
from tokens.authority import SERVICING_ROLES
from tokens.context import Context
from tokens.exits import is_exiting
from tokens.lookup import require_account
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.reassignments import REASSIGNMENT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AccountPurpose, AccountStatus, Address, OperationClass


class ReassignServicing(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=126,
):
    """Give client accounts another institution. By the receiving one, approved by the regulator.

    The institution that they leave agrees too, unless it is suspended, revoked or expired. It
    services them no more from this operation on; totals and unclaimed money follow by the agenda.
    Id, balances, liens, keys and coupons stay.
    """

    accounts: Annotated[tuple[Address, ...], msgspec.Meta(min_length=1, max_length=100)]
    """Client accounts, strictly ascending."""
    to: Address
    """Receiving institution."""


def check(context: Context, operation: ReassignServicing) -> Iterator[Refusal]:
    """An institution that may service and agrees, and accounts that may leave theirs."""
    state = context.state
    receiver = state.get(PARTICIPANT, operation.to)
    if receiver is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
        return
    if operation.to not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if not any(role in SERVICING_ROLES for role in receiver.roles):
        yield Refusal(Code.ROLE_REQUIRED)
    if is_exiting(context, operation.to):
        yield Refusal(Code.LICENCE_REQUIRED)
    if any(first >= second for first, second in pairwise(operation.accounts)):
        yield Refusal(Code.BAD_FIELD)
    for address in operation.accounts:
        yield from _account_refusals(context, address, operation.to)


def _account_refusals(context: Context, address: bytes, to: bytes) -> Iterator[Refusal]:
    account = context.state.get(ACCOUNT, address)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if account.status is AccountStatus.CLOSED:
        yield Refusal(Code.ACCOUNT_CLOSED)
    if context.state.get(REASSIGNMENT, address) is not None:
        yield Refusal(Code.REASSIGNMENT_OPEN)
    own = account.holder == account.servicer
    if own or account.purpose is not AccountPurpose.GENERAL or account.servicer == to:
        yield Refusal(Code.BAD_FIELD)
    agrees = account.servicer in context.actors.participants
    if not agrees and not is_exiting(context, account.servicer):
        yield Refusal(Code.NOT_AUTHORISED)


def apply(context: Context, operation: ReassignServicing) -> None:
    """Each account has its new servicer; what is left to do goes on the agenda."""
    for address in operation.accounts:
        reassigning.begin(context, require_account(context.state, address), operation.to)


REASSIGN_SERVICING = OperationSpec(
    operation=ReassignServicing,
    name="reassign_servicing",
    family="reassignment",
    operation_class=OperationClass.CONTROL,
    check=check,
    apply=apply,
    approval="reassignment",
    codes=(
        Code.UNKNOWN_PARTICIPANT,
        Code.NOT_AUTHORISED,
        Code.ROLE_REQUIRED,
        Code.LICENCE_REQUIRED,
        Code.BAD_FIELD,
        Code.UNKNOWN_ACCOUNT,
        Code.ACCOUNT_CLOSED,
        Code.REASSIGNMENT_OPEN,
    ),
)
