"""A whole profile: who, which money, which days, and all the rest."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec

from node.profile.market import AuctionRule, InstrumentRule, TaxRule
from node.profile.rules import (
    CashReport,
    CredentialNeed,
    FreezeLimit,
    HolderCap,
    Licences,
    ParameterValue,
    ReserveLimits,
    ResidencyMatrix,
    TierLimits,
    TravelRule,
)
from node.profile.scalars import Grade, Sentence, Year
from tokens.types import AssetId, Symbol, Text


class ProfileMoney(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Central-bank money, the one asset of genesis."""

    asset: AssetId
    """Code on the ledger."""
    name: Text
    """In words."""
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}\\Z")]
    """ISO 4217."""
    minor_digits: Annotated[int, msgspec.Meta(ge=0, le=4)]
    """Decimal digits of the minor unit: 2 for paisa."""


class Holiday(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days without settlement of one name."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    name: Text
    """In words."""
    days: Annotated[tuple[dt.date, ...], msgspec.Meta(min_length=1, max_length=400)]
    """Ascending; a weekend day may stand here."""
    late: bool
    """Announced days before: expected dates stand here until then."""


class Weekday(StrEnum):
    """In the order of `weekend_mask`: Monday is bit 0."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class ProfileCalendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The market's calendar."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=16, pattern="^[A-Z0-9][A-Z0-9-]*\\Z")]
    """Name of the calendar on the ledger."""
    weekend: Annotated[tuple[Weekday, ...], msgspec.Meta(max_length=6)]
    """Days of the week without settlement."""
    first_year: Year
    """First year whose holidays are all here; no network begins before it."""
    last_year: Year
    """Last year whose holidays are all here; no network begins after it."""
    holidays: Annotated[tuple[Holiday, ...], msgspec.Meta(max_length=400)]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state, as far as the ledger must know it."""

    id: Symbol
    """Short name."""
    name: Text
    """Of the state."""
    jurisdiction: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}\\Z")]
    """ISO 3166-1 alpha-2."""
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    """Of the file."""
    as_of: dt.date
    """Date to which the facts were looked up."""
    money: ProfileMoney
    calendar: ProfileCalendar
    instruments: Annotated[tuple[InstrumentRule, ...], msgspec.Meta(min_length=1, max_length=64)]
    auctions: Annotated[tuple[AuctionRule, ...], msgspec.Meta(min_length=1, max_length=2)]
    taxes: Annotated[tuple[TaxRule, ...], msgspec.Meta(min_length=1, max_length=64)]
    travel_rule: TravelRule
    cash_report: CashReport
    freeze: FreezeLimit
    reserve: ReserveLimits
    licences: Licences
    residency: ResidencyMatrix
    credentials: Annotated[tuple[CredentialNeed, ...], msgspec.Meta(max_length=8)] = ()
    velocity: Annotated[tuple[TierLimits, ...], msgspec.Meta(max_length=10)] = ()
    holder_cap: HolderCap | None = None
    parameters: Annotated[tuple[ParameterValue, ...], msgspec.Meta(max_length=32)] = ()


class ProfileFile(NamedTuple):
    """A profile and the bytes that it stood in."""

    profile: Profile
    sha256: bytes
    """Of the file, as `sha256sum` prints it: 32 bytes."""
