"""Withholding tables and calendars that wait for their day: dated data (page 04, 5.3)."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.finance.calendar import Calendar
from tokens.records.kind import Index, RecordKind
from tokens.types import Address, Symbol

TAX_ENTRIES_MAX = 128
"""Rates in one tax table: so that it fits into a proposal."""


class TaxEntry(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Rate of one holder class from one date on."""

    tax_class: Symbol
    from_date: dt.date
    rate_e6: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    """Part of the gross amount that is withheld, x 10^6; 1_000_000 takes all of it."""


class TaxTable(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Withholding on coupons per holder class (5.3)."""

    profile: Symbol
    """What an instrument names in `tax_profile`."""
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    account: Address
    """Account of the tax authority that receives what is withheld."""
    entries: Annotated[tuple[TaxEntry, ...], msgspec.Meta(max_length=TAX_ENTRIES_MAX)]
    """Strictly ascending by (tax_class, from_date). A class without an entry in force pays the rate
    of class `default`; without that one, nothing."""


class PendingCalendar(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The next version of a calendar: in force with the first open_day on or after its date."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=16)]
    calendar: Calendar
    effective_on: dt.date


TAX_TABLE = RecordKind(
    30,
    "tax_table",
    TaxTable,
    lambda r: (r.profile,),
    (Index(30, "tax_tables", lambda r: (r.profile,), static=True),),
)
PENDING_CALENDAR = RecordKind(
    31,
    "pending_calendar",
    PendingCalendar,
    lambda r: (r.id,),
    (Index(31, "pending_calendars", lambda r: (r.id,), static=True),),
)
