"""Licences in their phases: which step follows which, and what ends with one (page 04, Licences).

Rules of this file:
1. APPLIED -> NOC -> AML_REGISTERED -> INCORPORATED -> LICENSED -> SUSPENDED <-> LICENSED. REVOKED
   ends every phase, EXPIRED comes by date; from both only a new application leads on. Clients may
   only move out until the next licence is granted (exits.py).
2. Who needs a licence and never applied can be revoked too: the regulator must be able to stop it
   and send its clients away. It cannot be suspended: there is no licence to come back to.
3. When an institution is suspended, revoked or expired, the grants that it holds over client
   accounts are void at once (grants.py) and leave the state by the agenda.
4. A step is judged by the phase of its business date (exits.py), whether the agenda has come by or
   not: a licence that is over by date is not renewed, suspended or restored; it is applied for
   anew.
"""

import datetime as dt

import msgspec

from tokens import agenda
from tokens.context import Context
from tokens.events import LicenceChanged
from tokens.exits import phase_on
from tokens.grant_ends import enqueue_voiding
from tokens.records.holdings import LegalBasis
from tokens.records.licences import EXITING, LICENCE, Licence
from tokens.records.parties import PARTICIPANT
from tokens.records.rules import LicenceRule
from tokens.records.system import AgendaItem
from tokens.rules import general_rules
from tokens.types import LicencePhase

HANDLER = "licence_expiry"

_ITEM = b"mohur/licence-expiry/v1"

NEXT: dict[LicencePhase, LicencePhase] = {
    LicencePhase.APPLIED: LicencePhase.NOC,
    LicencePhase.NOC: LicencePhase.AML_REGISTERED,
    LicencePhase.AML_REGISTERED: LicencePhase.INCORPORATED,
}
"""Steps that the regulator alone takes."""

LICENSABLE = (LicencePhase.INCORPORATED, LicencePhase.LICENSED)
"""Before a licence, and before its renewal."""

ENDED = (LicencePhase.REVOKED, LicencePhase.EXPIRED)
"""Phases that only a new application leaves."""


def put_phase(
    context: Context, licence: Licence, phase: LicencePhase, basis: LegalBasis | None = None
) -> None:
    """The licence in another phase, and what follows from it."""
    ended = licence.exit_only or phase in ENDED
    changed = msgspec.structs.replace(
        licence,
        phase=phase,
        since=context.business_date,
        basis=basis,
        exit_only=ended and phase is not LicencePhase.LICENSED,
    )
    context.state.put(LICENCE, changed)
    context.emit(
        LicenceChanged(institution=licence.institution, phase=phase, categories=licence.categories)
    )
    if phase in EXITING:
        enqueue_voiding(context, licence.institution, as_grantee=True)
    if phase is LicencePhase.LICENSED and licence.expires_on is not None:
        _enqueue_expiry(context, licence.institution, licence.expires_on)


def unlicensed(context: Context, institution: bytes) -> Licence:
    """The record of an institution that has none, before its first phase."""
    return Licence(
        institution=institution,
        phase=LicencePhase.APPLIED,
        categories=0,
        goaml_id="",
        registration_no="",
        expires_on=None,
        since=context.business_date,
        basis=None,
        exit_only=False,
    )


def needs_licence(context: Context, institution: bytes) -> bool:
    """Whether a licence rule of all assets asks an institution for one (page 04, check 4)."""
    found = context.state.get(PARTICIPANT, institution)
    if found is None:
        return False
    return any(
        isinstance(rule.body, LicenceRule) and role in rule.body.roles
        for rule in general_rules(context.state, context.business_date)
        for role in found.roles
    )


def _enqueue_expiry(context: Context, institution: bytes, on: dt.date) -> None:
    agenda.schedule(
        context.state,
        agenda.item_for(institution, handler=HANDLER, domain=_ITEM, due_on=on),
    )


def run_expiry(context: Context, item: AgendaItem, quota: int) -> agenda.Step:
    """Agenda: a licence whose last day is over, unless it was renewed; also a suspended one."""
    del quota
    licence = context.state.get(LICENCE, item.subject)
    if licence is not None:
        expire_if_over(context, licence)
    return agenda.Step(1, None)


def expire_if_over(context: Context, licence: Licence) -> None:
    """Write down what its last day has ended already; nothing if it stands or ended before."""
    phase = phase_on(licence, context.business_date)
    if phase is not licence.phase:
        put_phase(context, licence, phase)


LICENCE_EXPIRY_AGENDA = agenda.AgendaHandler(HANDLER, "licences", run_expiry)
