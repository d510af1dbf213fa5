"""Grants: lend capped, expiring power over one operation (page 04; 5.7 for mint power).

Never over proposals, approvals, keys, grants or governance: only operations that say `grantable`.
`revoke_grant` may be lent: a cold key that can stop a mint and do nothing else.
"""

import datetime
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens import agenda
from tokens.authority import approval_refusal
from tokens.context import Context
from tokens.events import GrantSet
from tokens.grant_ends import EXPIRY_HANDLER, end_grant, expiry_of
from tokens.grants import Use, grant_refusal
from tokens.record_parties import is_told
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.proposals import GRANT, Grant
from tokens.records.system import AgendaItem
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import (
    Address,
    AssetId,
    OperationClass,
    PositiveAmount,
    Symbol,
)

REVOKE = "revoke_grant"

Accounts = Annotated[tuple[Address, ...], msgspec.Meta(max_length=16)]


class GrantPower(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=23,
):
    """Lend power over one operation and one asset to another participant."""

    grantor: Address
    """Participant or account whose power it is; it must agree."""
    grantee: Address
    """Participant that may use it."""
    operation: Symbol
    """Name of a grantable operation."""
    asset: AssetId
    """The only asset that it covers."""
    sources: Accounts
    """Accounts that it may debit, strictly ascending; empty = any that the grantor may."""
    targets: Accounts
    """Accounts that it may credit, strictly ascending; empty = any, but not of power to mint."""
    cap_call: PositiveAmount
    """Minor units in one operation."""
    cap_day: PositiveAmount
    """Minor units on one business date, at least cap_call."""
    cap_total: PositiveAmount
    """Minor units in its life, at least cap_day."""
    expires_on: datetime.date
    """Void from this business date on."""


class RevokeGrant(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=24,
):
    """End a grant at once: the grantor, or who holds its grant over revoke_grant."""

    grantor: Address
    """Whose power was lent."""
    grantee: Address
    """To whom."""
    operation: Symbol
    """Which operation."""
    asset: AssetId
    """Which asset."""


def check_grant(context: Context, operation: GrantPower) -> Iterator[Refusal]:
    """The power can be lent, its policy is met, the parties are there, the caps rise."""
    state = context.state
    traits = context.runner.traits_named(operation.operation)
    if traits is None or not traits.grantable:
        yield Refusal(Code.BAD_FIELD)
        return
    if traits.grant_policy is not None:
        code = approval_refusal(context, traits.grant_policy)
        if code is not None:
            yield Refusal(code)
        if not operation.targets:
            yield Refusal(Code.BAD_FIELD)
    actors = context.actors
    if operation.grantor not in actors.participants and operation.grantor not in actors.accounts:
        yield Refusal(Code.NOT_AUTHORISED)
    if state.get(PARTICIPANT, operation.grantee) is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    for accounts in (operation.sources, operation.targets):
        if any(first >= second for first, second in pairwise(accounts)):
            yield Refusal(Code.BAD_FIELD)
        if any(state.get(ACCOUNT, address) is None for address in accounts):
            yield Refusal(Code.UNKNOWN_ACCOUNT)
    if not operation.cap_call <= operation.cap_day <= operation.cap_total:
        yield Refusal(Code.BAD_FIELD)
    if operation.expires_on <= context.business_date:
        yield Refusal(Code.BAD_DATE)
    place = (operation.grantor, operation.grantee, operation.operation, operation.asset)
    if state.get(GRANT, *place) is not None:
        yield Refusal(Code.ALREADY_EXISTS)


def apply_grant(context: Context, operation: GrantPower) -> None:
    """An unused grant, and its end on the agenda."""
    grant = Grant(
        grantor=operation.grantor,
        grantee=operation.grantee,
        operation=operation.operation,
        asset=operation.asset,
        sources=operation.sources,
        targets=operation.targets,
        cap_call=operation.cap_call,
        cap_day=operation.cap_day,
        cap_total=operation.cap_total,
        used_day=0,
        used_total=0,
        used_on=context.business_date,
        expires_on=operation.expires_on,
    )
    context.state.put(GRANT, grant)
    agenda.schedule(context.state, expiry_of(grant))
    context.emit(
        GrantSet(
            grantor=grant.grantor,
            grantee=grant.grantee,
            operation=grant.operation,
            asset=grant.asset,
        )
    )


def check_revoke(context: Context, operation: RevokeGrant) -> Iterator[Refusal]:
    """There is such a grant, and the sender may end it."""
    place = (operation.grantor, operation.grantee, operation.operation, operation.asset)
    grant = context.state.get(GRANT, *place)
    actors = context.actors
    own = operation.grantor in actors.participants or operation.grantor in actors.accounts
    lent = Use(operation.grantor, REVOKE, operation.asset, None, None, 0)
    may = own or grant_refusal(context, lent) is None
    if grant is None or not (may or is_told(context, GRANT, grant)):
        yield Refusal(Code.NOT_FOUND)
    elif not may:
        yield Refusal(Code.NOT_AUTHORISED)


def apply_revoke(context: Context, operation: RevokeGrant) -> None:
    """The grant is gone; what it did stays."""
    place = (operation.grantor, operation.grantee, operation.operation, operation.asset)
    grant = context.state.get(GRANT, *place)
    if grant is None:
        raise ValueError("revocation of an unknown grant")
    end_grant(context, grant)


def run_expiry(context: Context, item: AgendaItem, quota: int) -> agenda.Step:
    """Agenda: a grant that is void leaves the state."""
    del quota
    place = msgspec.msgpack.decode(item.subject, type=tuple[bytes, bytes, str, str])
    grant = context.state.get(GRANT, *place)
    if grant is not None and grant.expires_on <= context.business_date:
        end_grant(context, grant)
    return agenda.Step(1, None)


GRANT_EXPIRY = agenda.AgendaHandler(EXPIRY_HANDLER, "grants", run_expiry)

GRANT_POWER = OperationSpec(
    operation=GrantPower,
    name="grant_power",
    family="grants",
    operation_class=OperationClass.GOVERN,
    check=check_grant,
    apply=apply_grant,
    codes=(
        Code.BAD_FIELD,
        Code.NEEDS_APPROVAL,
        Code.NOT_AUTHORISED,
        Code.UNKNOWN_PARTICIPANT,
        Code.UNKNOWN_ACCOUNT,
        Code.BAD_DATE,
        Code.ALREADY_EXISTS,
    ),
)

REVOKE_GRANT = OperationSpec(
    operation=RevokeGrant,
    name=REVOKE,
    family="grants",
    operation_class=OperationClass.GOVERN,
    check=check_revoke,
    apply=apply_revoke,
    grantable=True,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED),
)
