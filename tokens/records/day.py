"""The business date and the calendars: the ledger's own time (page 04, Three clocks)."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.finance.calendar import Calendar
from tokens.records.kind import Index, RecordKind
from tokens.types import Address, PositiveAmount, Symbol

CalendarId = Annotated[
    str, msgspec.Meta(min_length=1, max_length=16, pattern="^[A-Z0-9][A-Z0-9-]*\\Z")
]

TAX_ENTRIES_MAX = 128
"""Rates in one tax table: it fits into a proposal."""


class BusinessDay(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The one business date of the ledger. It only goes forward."""

    date: dt.date
    """The date that is open, or was open last."""
    open: bool
    """False between close_day and the next open_day."""
    calendar: CalendarId
    """Calendar that says which dates are business days."""


class CalendarRecord(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A calendar in force, and its next version if one is set."""

    current: Calendar
    pending: Calendar | None
    """Takes effect with the first open_day on or after `effective_on`."""
    effective_on: dt.date | None
    """None exactly when nothing is pending."""


class RateAbove(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Another rate for those who received much in a tax year."""

    threshold: PositiveAmount
    """Minor units: what a person may receive in a tax year, gross, before this rate holds."""
    rate_e6: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    """Part of the gross amount x 10^6, of the payment that passes the threshold and of those
    after it."""


class TaxEntry(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Rate of one holder class from one date on."""

    tax_class: Symbol
    from_date: dt.date
    rate_e6: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    """Part of the gross amount that is withheld, x 10^6; 1_000_000 takes all of it."""
    above: RateAbove | None
    """None: one rate, whatever the sum of the year."""


class TaxTable(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Withholding on coupons: dated data per holder class (5.3)."""

    profile: Symbol
    """What an instrument names in `tax_profile`."""
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    account: Address
    """Account of the tax authority that receives what is withheld."""
    year_month: Annotated[int, msgspec.Meta(ge=1, le=12)]
    """Month on whose first day a tax year begins: 7 in Pakistan."""
    entries: Annotated[tuple[TaxEntry, ...], msgspec.Meta(max_length=TAX_ENTRIES_MAX)]
    """Strictly ascending by (tax_class, from_date). A class without an entry pays the rate of class
    `default`; without that one, nothing."""


BUSINESS_DAY = RecordKind(30, "business_day", BusinessDay, lambda r: ())
CALENDAR = RecordKind(
    31,
    "calendar",
    CalendarRecord,
    lambda r: (r.current.id,),
    (Index(31, "calendars", lambda r: (r.current.id,), static=True),),
)
TAX_TABLE = RecordKind(32, "tax_table", TaxTable, lambda r: (r.profile,))
