"""Events of the travel rule and of reports."""

import datetime as dt

import msgspec

from tokens.records.reports import ReportStatus
from tokens.records.travel import PayloadVersion, RejectReason, TravelStatus
from tokens.types import Address, Amount, AssetId, Count, Hash


class TravelRequired(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=500,
):
    """A transfer or ramp waits for the data of sender and receiver."""

    travel: Hash
    number: Count
    asset: AssetId
    source: Address
    target: Address
    amount: Amount
    originator: Address
    beneficiary: Address
    expires_on: dt.date


class TravelSent(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=501,
):
    """The originating institution sent them, sealed."""

    travel: Hash
    version: PayloadVersion
    sealed_hash: Hash


class TravelEnded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=502,
):
    """ACCEPTED, REJECTED or EXPIRED."""

    travel: Hash
    status: TravelStatus
    reason: RejectReason | None
    """Of a rejection."""


class ReportFiled(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=510,
):
    """An institution filed something for the financial intelligence unit."""

    institution: Address
    number: Count
    sealed_hash: Hash


class ReportChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=511,
):
    """SUBMITTED, ACCEPTED or REJECTED."""

    institution: Address
    number: Count
    status: ReportStatus


class ReportsAnchored(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=512,
):
    """The reports of an institution and date are closed."""

    institution: Address
    date: dt.date
    root: Hash


TravelEvent = (
    TravelRequired | TravelSent | TravelEnded | ReportFiled | ReportChanged | ReportsAnchored
)
"""All of this file; who needs one imports it from here."""
