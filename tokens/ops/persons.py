"""Credentials of persons, by the registrar; sanctions lists, by an authority (page 04)."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens import screening
from tokens.authority import FREEZING_ROLES, has_role, with_role
from tokens.context import Context
from tokens.events import CredentialSet, SanctionsUpdated
from tokens.lookup import require
from tokens.records.holdings import LegalBasis
from tokens.records.persons import (
    CREDENTIAL,
    LISTS_MAX,
    SANCTIONED,
    SANCTIONS_LIST,
    Credential,
    Sanctioned,
    SanctionsList,
)
from tokens.records.rules import RULE_TABLE
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.ruling import table_of
from tokens.types import NO_ADDRESS, Count, Hash, OperationClass, Role, Symbol

Persons = Annotated[tuple[Hash, ...], msgspec.Meta(max_length=100)]
"""At most 100 in one operation: it fits into a proposal."""
LISTS = SANCTIONS_LIST.indexes[0]


class IssueCredential(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=228,
):
    """Say that a person was identified, or that it may hold something. By the registrar."""

    person: Hash
    """person_id."""
    kind: Symbol
    """Kind of credential, as rules name it."""
    valid_until: dt.date
    """Last business date on which it is valid; a new one replaces it."""


class RevokeCredential(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=229,
):
    """A credential is void from now on. By the registrar."""

    person: Hash
    """person_id."""
    kind: Symbol
    """Kind of credential."""


class UpdateSanctions(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=230,
):
    """Put persons on a list and take others off, at once; holdings are screened by the agenda."""

    list: Symbol
    """Id of the list; the first update makes it."""
    version: Count
    """Version that this update makes: the last one + 1."""
    add: Persons
    """person_ids, strictly ascending."""
    remove: Persons
    """person_ids, strictly ascending, none of them in `add`."""
    basis: LegalBasis
    """Order that the authority acts on; freezes carry it."""


def check_issue(context: Context, operation: IssueCredential) -> Iterator[Refusal]:
    """By the registrar, for a date to come."""
    if not has_role(context, Role.CENTRAL_BANK):
        yield Refusal(Code.ROLE_REQUIRED)
    if operation.valid_until < context.business_date:
        yield Refusal(Code.BAD_DATE)


def apply_issue(context: Context, operation: IssueCredential) -> None:
    """Valid, whatever was before."""
    _put(context, operation.person, operation.kind, operation.valid_until, revoked=False)


def check_revoke(context: Context, operation: RevokeCredential) -> Iterator[Refusal]:
    """By the registrar; there is one."""
    if not has_role(context, Role.CENTRAL_BANK):
        yield Refusal(Code.ROLE_REQUIRED)
    known = context.state.get(CREDENTIAL, operation.person, operation.kind)
    if known is None or known.revoked:
        yield Refusal(Code.NOT_FOUND)


def apply_revoke(context: Context, operation: RevokeCredential) -> None:
    """The record stays, void."""
    known = require(context.state, CREDENTIAL, operation.person, operation.kind)
    _put(context, operation.person, operation.kind, known.valid_until, revoked=True)


def _put(context: Context, person: bytes, kind: str, until: dt.date, *, revoked: bool) -> None:
    context.state.put(
        CREDENTIAL, Credential(person=person, kind=kind, valid_until=until, revoked=revoked)
    )
    context.emit(CredentialSet(kind=kind, revoked=revoked))


def check_update(context: Context, operation: UpdateSanctions) -> Iterator[Refusal]:
    """The authority of the list, its next version, persons that are off and on it."""
    state = context.state
    authority = with_role(context, *FREEZING_ROLES)
    if authority is None:
        yield Refusal(Code.ROLE_REQUIRED)
    known = state.get(SANCTIONS_LIST, operation.list)
    if known is not None and authority is not None and known.authority != authority.id:
        yield Refusal(Code.NOT_THE_AUTHORITY)
    if operation.version != (1 if known is None else known.version + 1):
        yield Refusal(Code.VERSION_MISMATCH)
    for persons in (operation.add, operation.remove):
        if any(first >= second for first, second in pairwise(persons)):
            yield Refusal(Code.BAD_FIELD)
    if any(person in operation.remove for person in operation.add):
        yield Refusal(Code.BAD_FIELD)
    if any(not screening.is_listed(state, operation.list, p) for p in operation.remove):
        yield Refusal(Code.NOT_FOUND)
    if any(screening.is_listed(state, operation.list, person) for person in operation.add):
        yield Refusal(Code.ALREADY_EXISTS)
    full = known is None and state.count(LISTS, (), limit=LISTS_MAX) >= LISTS_MAX
    if full:
        yield Refusal(Code.RULE_LIMIT)


def apply_update(context: Context, operation: UpdateSanctions) -> None:
    """Entries at once; each person's accounts go on the agenda."""
    state = context.state
    authority = with_role(context, *FREEZING_ROLES)
    known = state.get(SANCTIONS_LIST, operation.list)
    persons = 0 if known is None else known.persons
    persons += len(operation.add) - len(operation.remove)
    state.put(
        SANCTIONS_LIST,
        SanctionsList(
            id=operation.list,
            version=operation.version,
            authority=NO_ADDRESS if authority is None else authority.id,
            persons=persons,
            basis=operation.basis,
        ),
    )
    for person in operation.add:
        _enter(context, operation.list, person, listed=True)
    for person in operation.remove:
        _enter(context, operation.list, person, listed=False)
    screened = any(entry.persons for entry in state.scan(SANCTIONS_LIST, LISTS, limit=LISTS_MAX))
    state.put(RULE_TABLE, msgspec.structs.replace(table_of(state, ""), screened=screened))
    context.emit(SanctionsUpdated(list=operation.list, version=operation.version, persons=persons))


def _enter(context: Context, name: str, person: bytes, *, listed: bool) -> None:
    state = context.state
    entry = state.get(SANCTIONED, person)
    lists = () if entry is None else entry.lists
    lists = tuple(sorted({*lists, name})) if listed else tuple(n for n in lists if n != name)
    if lists:
        state.put(SANCTIONED, Sanctioned(person=person, lists=lists))
    else:
        state.delete(SANCTIONED, person)
    screening.enqueue(context, name, person)


ISSUE_CREDENTIAL = OperationSpec(
    operation=IssueCredential,
    name="issue_credential",
    family="persons",
    operation_class=OperationClass.GOVERN,
    check=check_issue,
    apply=apply_issue,
    codes=(Code.ROLE_REQUIRED, Code.BAD_DATE),
)

REVOKE_CREDENTIAL = OperationSpec(
    operation=RevokeCredential,
    name="revoke_credential",
    family="persons",
    operation_class=OperationClass.GOVERN,
    check=check_revoke,
    apply=apply_revoke,
    codes=(Code.ROLE_REQUIRED, Code.NOT_FOUND),
)

UPDATE_SANCTIONS = OperationSpec(
    operation=UpdateSanctions,
    name="update_sanctions",
    family="persons",
    operation_class=OperationClass.CONTROL,
    check=check_update,
    apply=apply_update,
    approval="sanctions",
    codes=(
        Code.ROLE_REQUIRED,
        Code.NOT_THE_AUTHORITY,
        Code.VERSION_MISMATCH,
        Code.BAD_FIELD,
        Code.NOT_FOUND,
        Code.ALREADY_EXISTS,
        Code.RULE_LIMIT,
    ),
)
