"""Licences of institutions: how far they have come, and what they may do (page 04, Licences)."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.holdings import LegalBasis
from tokens.records.kind import Index, RecordKind
from tokens.types import Address, LicencePhase

CategoryMask = Annotated[int, msgspec.Meta(ge=0, le=255)]
"""Sum of LicenceCategory bits."""
RegistrationNo = Annotated[str, msgspec.Meta(max_length=20, pattern="^[A-Za-z0-9/-]*\\Z")]

EXITING = (LicencePhase.SUSPENDED, LicencePhase.REVOKED, LicencePhase.EXPIRED)
"""Phases in which clients may only move out, and the institution's own accounts stand still."""


class Licence(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One institution's licence, from its application on."""

    institution: Address
    phase: LicencePhase
    categories: CategoryMask
    """Applied for; from LICENSED on, what was licensed."""
    goaml_id: RegistrationNo
    """Number at the financial intelligence unit, from AML_REGISTERED on."""
    registration_no: RegistrationNo
    """Number in the companies' register, from INCORPORATED on."""
    expires_on: dt.date | None
    """First business date without a licence; None before LICENSED."""
    since: dt.date
    """Business date of the last change of phase."""
    basis: LegalBasis | None
    """Order of a suspension or revocation."""
    exit_only: bool
    """An earlier licence or application was revoked or expired: until the next licence is granted
    its clients may only move out."""


LICENCE = RecordKind(
    79,
    "licence",
    Licence,
    lambda r: (r.institution,),
    (Index(79, "licences", lambda r: (r.institution,), static=True),),
)
