"""Thresholds, licences and limits."""

from typing import Annotated, Literal

import msgspec

from node.profile.scalars import Bps, ClassName, Grade, Money, Positive, Residency, Sentence


class TravelRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sent and who receives, above a sum."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    threshold: Money
    """Minor units from which a transfer between institutions waits; 0 = never."""
    wait_days: Annotated[int, msgspec.Meta(ge=1, le=60)]
    """Calendar days that it waits."""
    payloads: Annotated[
        tuple[Literal["101", "101.2023"], ...], msgspec.Meta(min_length=1, max_length=2)
    ]
    """Versions of IVMS101 that are taken."""


class CashReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cash transactions that are reported."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    threshold: Money
    """Minor units from which a leg of a ramp is reported; 0 = none."""


class FreezeLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long an order of an authority runs."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    days_max: Annotated[int, msgspec.Meta(ge=0, le=3_660)]
    """Calendar days until it is lifted or changed; 0 = no limit."""


class ReserveLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the reserve of every stablecoin must keep."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    haircut_bps_min: Bps
    """Off the marked value of a security, at least."""
    residual_days_max: Annotated[int, msgspec.Meta(ge=1, le=3_660)]
    """Calendar days to maturity of a security, at most."""
    concentration_bps_max: Bps
    """Part of the reserve that one security may be, at most."""
    buffer_bps_min: Bps
    """Above the supply, at least, when something is taken."""


class LicencePhaseRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a phase opens. A suspended, revoked or expired licence only lets clients out."""

    phase: Literal["APPLIED", "NOC", "AML_REGISTERED", "INCORPORATED", "LICENSED"]
    """Phase of a licence; one without a row opens nothing."""
    categories: Annotated[
        tuple[
            Literal["EXCHANGE", "CUSTODY", "BROKERAGE", "DERIVATIVES", "ISSUANCE", "BANKING"], ...
        ],
        msgspec.Meta(min_length=1),
    ]
    """One of them in the licence is enough."""
    classes: Annotated[tuple[ClassName, ...], msgspec.Meta(min_length=1)]
    """Operation classes that it opens."""


class Licences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who needs a licence for its clients' accounts, and what its phases open."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    roles: Annotated[
        tuple[Literal["CASH_ISSUER", "PRIMARY_DEALER", "BANK_CUSTODIAN", "VASP"], ...],
        msgspec.Meta(min_length=1),
    ]
    """Institutions with one of these roles need a licence."""
    phases: Annotated[tuple[LicencePhaseRow, ...], msgspec.Meta(min_length=1, max_length=64)]
    """What several rows of a phase open adds up."""


class ResidencyRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may go from one residency class to another."""

    source_class: Residency
    """Of who gives; ANY; ISSUER where units come into being."""
    target_class: Residency
    """Of who receives; ANY; ISSUER where units end."""
    classes: tuple[ClassName, ...]
    """Operation classes; none = nothing may go."""


class ResidencyMatrix(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Residents and non-residents."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    closed: Annotated[tuple[Residency, ...], msgspec.Meta(max_length=8)]
    """Non-resident classes whose accounts are a closed circuit, ascending."""
    rows: Annotated[tuple[ResidencyRow, ...], msgspec.Meta(min_length=1, max_length=64)]
    """The first that fits decides; where none fits nothing may go."""


class CredentialNeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A credential that the owner of an account must have."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    credential: Annotated[
        str, msgspec.Meta(min_length=1, max_length=20, pattern="^[a-z0-9][a-z0-9_-]*\\Z")
    ]
    """Its kind."""
    gives: bool
    """Asked of who gives."""
    receives: bool
    """Asked of who receives."""


class TierLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What accounts of a KYC tier may do with the money of the profile."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    kyc_tier: Annotated[int, msgspec.Meta(ge=0, le=9)]
    """The tier; one that is not named has no limit."""
    day: Positive
    """Minor units that a person may give on one business date."""
    balance: Positive
    """Minor units that an account may hold."""


class HolderCap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one person may hold of the money of the profile."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    amount_max: Positive
    """Minor units over all accounts of a person."""


class ParameterValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A parameter of the ledger that no other key sets."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    name: str
    """Of `tokens/parameters.py`."""
    value: Money
    """In the unit of the parameter, inside of its range."""
