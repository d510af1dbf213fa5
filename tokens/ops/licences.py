"""Licences of institutions, from application to licence (page 04, Licences)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens.context import Context
from tokens.exits import phase_on
from tokens.licensing import (
    ENDED,
    LICENSABLE,
    NEXT,
    expire_if_over,
    needs_licence,
    put_phase,
    unlicensed,
)
from tokens.lookup import require
from tokens.records.holdings import LegalBasis
from tokens.records.licences import (
    LICENCE,
    CategoryMask,
    RegistrationNo,
)
from tokens.records.parties import PARTICIPANT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, LicenceCategory, LicencePhase, OperationClass, Role

INSTITUTIONS = (Role.BANK_CUSTODIAN, Role.VASP, Role.CASH_ISSUER, Role.PRIMARY_DEALER)
"""Who applies for a licence."""
CATEGORIES_ALL = sum(category.value for category in LicenceCategory)


class ApplyLicence(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=231,
):
    """Apply for a licence, for the first time or after the last one ended. By the institution.

    After an end its clients may only move out until the new licence is granted.
    """

    institution: Address
    """The institution; it must agree."""
    categories: CategoryMask
    """Sum of EXCHANGE 1, CUSTODY 2, BROKERAGE 4, DERIVATIVES 8, ISSUANCE 16, BANKING 32; not 0."""


class AdvanceLicence(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=232,
):
    """Take an application to its next phase. By the regulator."""

    institution: Address
    """The institution."""
    phase: LicencePhase
    """NOC, AML_REGISTERED or INCORPORATED: the one that follows."""
    number: RegistrationNo
    """AML_REGISTERED: its goAML id; INCORPORATED: its registration number; NOC: empty."""


class GrantLicence(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=233,
):
    """License an institution, or renew its licence. By the regulator and the central bank."""

    institution: Address
    """The institution, INCORPORATED or LICENSED."""
    categories: CategoryMask
    """What it may do, out of what it applied for; not 0."""
    expires_on: dt.date
    """First business date without the licence."""


class SuspendLicence(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=234,
):
    """Suspend a licence, or end the suspension. By the regulator."""

    institution: Address
    """The institution, LICENSED or SUSPENDED."""
    suspended: bool
    """True: clients may only move out from now on; False: LICENSED again."""
    basis: LegalBasis
    """Order that the regulator acts on."""


class RevokeLicence(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=235,
):
    """End a licence or an application for good; clients move out. By the regulator.

    Also of an institution that needs a licence by the rule of all assets and never applied for one.
    """

    institution: Address
    """The institution."""
    basis: LegalBasis
    """Order that the regulator acts on."""


def _is_sound(categories: int) -> bool:
    return bool(categories) and not categories & ~CATEGORIES_ALL


def check_apply(context: Context, operation: ApplyLicence) -> Iterator[Refusal]:
    """An institution that agrees and has no licence on its way."""
    state = context.state
    institution = state.get(PARTICIPANT, operation.institution)
    if institution is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
        return
    if operation.institution not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if not any(role in INSTITUTIONS for role in institution.roles):
        yield Refusal(Code.ROLE_REQUIRED)
    known = state.get(LICENCE, operation.institution)
    if known is not None and phase_on(known, context.business_date) not in ENDED:
        yield Refusal(Code.ALREADY_EXISTS)
    if not _is_sound(operation.categories):
        yield Refusal(Code.BAD_FIELD)


def apply_apply(context: Context, operation: ApplyLicence) -> None:
    """APPLIED, from the beginning; an end before it lasts (exits.py)."""
    before = context.state.get(LICENCE, operation.institution)
    if before is not None:
        expire_if_over(context, before)
    licence = msgspec.structs.replace(
        unlicensed(context, operation.institution),
        categories=operation.categories,
        exit_only=before is not None,
    )
    put_phase(context, licence, LicencePhase.APPLIED)


def check_advance(context: Context, operation: AdvanceLicence) -> Iterator[Refusal]:
    """The next phase, with its number."""
    licence = context.state.get(LICENCE, operation.institution)
    if licence is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if NEXT.get(licence.phase) is not operation.phase:
        yield Refusal(Code.WRONG_PHASE)
    if bool(operation.number) == (operation.phase is LicencePhase.NOC):
        yield Refusal(Code.BAD_FIELD)


def apply_advance(context: Context, operation: AdvanceLicence) -> None:
    """The number goes into its field."""
    licence = require(context.state, LICENCE, operation.institution)
    if operation.phase is LicencePhase.AML_REGISTERED:
        licence = msgspec.structs.replace(licence, goaml_id=operation.number)
    elif operation.phase is LicencePhase.INCORPORATED:
        licence = msgspec.structs.replace(licence, registration_no=operation.number)
    put_phase(context, licence, operation.phase)


def check_license(context: Context, operation: GrantLicence) -> Iterator[Refusal]:
    """INCORPORATED or to be renewed; what was applied for; a date to come."""
    licence = context.state.get(LICENCE, operation.institution)
    if licence is None:
        yield Refusal(Code.NOT_FOUND)
        return
    phase = phase_on(licence, context.business_date)
    if phase not in LICENSABLE:
        yield Refusal(Code.WRONG_PHASE)
    renews = phase is LicencePhase.LICENSED
    if not _is_sound(operation.categories) or (
        not renews and operation.categories & ~licence.categories
    ):
        yield Refusal(Code.BAD_FIELD)
    if operation.expires_on <= context.business_date:
        yield Refusal(Code.BAD_DATE)


def apply_license(context: Context, operation: GrantLicence) -> None:
    """LICENSED, until its date."""
    licence = require(context.state, LICENCE, operation.institution)
    licensed = msgspec.structs.replace(
        licence, categories=operation.categories, expires_on=operation.expires_on
    )
    put_phase(context, licensed, LicencePhase.LICENSED)


def check_suspend(context: Context, operation: SuspendLicence) -> Iterator[Refusal]:
    """LICENSED to be suspended, SUSPENDED to be licensed again."""
    licence = context.state.get(LICENCE, operation.institution)
    if licence is None:
        yield Refusal(Code.NOT_FOUND)
        return
    before = LicencePhase.LICENSED if operation.suspended else LicencePhase.SUSPENDED
    if phase_on(licence, context.business_date) is not before:
        yield Refusal(Code.WRONG_PHASE)


def apply_suspend(context: Context, operation: SuspendLicence) -> None:
    """There or back; grants do not come back."""
    licence = require(context.state, LICENCE, operation.institution)
    phase = LicencePhase.SUSPENDED if operation.suspended else LicencePhase.LICENSED
    put_phase(context, licence, phase, operation.basis)


def check_revoke(context: Context, operation: RevokeLicence) -> Iterator[Refusal]:
    """Anything but an end; without a licence, an institution that needs one."""
    licence = context.state.get(LICENCE, operation.institution)
    if licence is None:
        if not needs_licence(context, operation.institution):
            yield Refusal(Code.NOT_FOUND)
    elif phase_on(licence, context.business_date) in ENDED:
        yield Refusal(Code.WRONG_PHASE)


def apply_revoke(context: Context, operation: RevokeLicence) -> None:
    """The end; what clients have stays theirs."""
    known = context.state.get(LICENCE, operation.institution)
    licence = unlicensed(context, operation.institution) if known is None else known
    put_phase(context, licence, LicencePhase.REVOKED, operation.basis)


APPLY_LICENCE = OperationSpec(
    operation=ApplyLicence,
    name="apply_licence",
    family="licences",
    operation_class=OperationClass.GOVERN,
    check=check_apply,
    apply=apply_apply,
    codes=(
        Code.UNKNOWN_PARTICIPANT,
        Code.NOT_AUTHORISED,
        Code.ROLE_REQUIRED,
        Code.ALREADY_EXISTS,
        Code.BAD_FIELD,
    ),
)

ADVANCE_LICENCE = OperationSpec(
    operation=AdvanceLicence,
    name="advance_licence",
    family="licences",
    operation_class=OperationClass.GOVERN,
    check=check_advance,
    apply=apply_advance,
    approval="licence",
    codes=(Code.NOT_FOUND, Code.WRONG_PHASE, Code.BAD_FIELD),
)

GRANT_LICENCE = OperationSpec(
    operation=GrantLicence,
    name="grant_licence",
    family="licences",
    operation_class=OperationClass.GOVERN,
    check=check_license,
    apply=apply_license,
    approval="licence_grant",
    codes=(Code.NOT_FOUND, Code.WRONG_PHASE, Code.BAD_FIELD, Code.BAD_DATE),
)

SUSPEND_LICENCE = OperationSpec(
    operation=SuspendLicence,
    name="suspend_licence",
    family="licences",
    operation_class=OperationClass.CONTROL,
    check=check_suspend,
    apply=apply_suspend,
    approval="licence",
    codes=(Code.NOT_FOUND, Code.WRONG_PHASE),
)

REVOKE_LICENCE = OperationSpec(
    operation=RevokeLicence,
    name="revoke_licence",
    family="licences",
    operation_class=OperationClass.CONTROL,
    check=check_revoke,
    apply=apply_revoke,
    approval="licence",
    codes=(Code.NOT_FOUND, Code.WRONG_PHASE),
)
