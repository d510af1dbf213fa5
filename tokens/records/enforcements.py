"""Notices that a secured claim was not paid: pledges about to be enforced (5.6)."""

import datetime as dt

import msgspec

from tokens.records.holdings import LegalBasis
from tokens.records.kind import RecordKind
from tokens.types import AssetId, Hash, PositiveAmount


class Enforcement(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A pledgee says that its claim is due; gone when the pledge is released or used up."""

    pledge: Hash
    """Id of the lien."""
    claim: PositiveAmount
    """What is still owed, minor units of the cash asset."""
    cash_asset: AssetId
    basis: LegalBasis
    """The agreement that was broken."""
    noticed_on: dt.date
    from_date: dt.date
    """First business date on which the pledge may be enforced."""


ENFORCEMENT = RecordKind(107, "enforcement", Enforcement, lambda r: (r.pledge,))
