"""The profile of a state: its money, calendar, instruments, taxes and thresholds, as a file.

Rules of this file:
1. Nothing of a state is in the software: what differs from one to the next is in the profile, with
   its source and how sure it is. The ledger takes its part at genesis, or by governance later.
2. Strict: an unknown key, a wrong type, or a figure that contradicts another one is refused with
   the place in the file. Nothing is filled in.
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Protocol

import msgspec

from tokens.types import AssetId, Symbol, Text

Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Money = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Minor units."""
Share = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""Part x 10^6."""
Small = Annotated[int, msgspec.Meta(ge=0, le=1_000)]
Month = Annotated[int, msgspec.Meta(ge=1, le=12)]
Year = Annotated[int, msgspec.Meta(ge=1900, le=2199)]


class ProfileInvalid(Exception):
    """A file that is no profile; the message names the place."""


class Grade(StrEnum):
    """How sure a fact is."""

    PUBLISHED = "published"
    """The source says it."""
    INFERRED = "inferred"
    """It follows from published figures."""
    ASSUMED = "assumed"
    """The state must set it; the source says why this value stands here."""


class Part(Protocol):
    """What every table of the file has."""

    @property
    def source(self) -> str:
        """Who says it."""

    @property
    def grade(self) -> Grade:
        """How sure it is."""


class ProfileMoney(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Central-bank money, the one asset of genesis."""

    asset: AssetId
    name: Text
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}\\Z")]
    minor_digits: Annotated[int, msgspec.Meta(ge=0, le=4)]
    """Decimal digits of the minor unit: 2 for paisa."""


class Holiday(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days without settlement of one name."""

    source: Sentence
    grade: Grade
    name: Text
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
    weekend: Annotated[tuple[Weekday, ...], msgspec.Meta(max_length=6)]
    first_year: Year
    """First year whose holidays are all here."""
    last_year: Year
    holidays: Annotated[tuple[Holiday, ...], msgspec.Meta(max_length=400)]


class InstrumentRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind of paper is cut."""

    source: Sentence
    grade: Grade
    name: Symbol
    kind: str
    """Of the ledger's kinds of instrument."""
    denomination: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    """Minor units of face."""
    tenor_days: tuple[Annotated[int, msgspec.Meta(ge=1, le=36_600)], ...]
    tenor_years: tuple[Annotated[int, msgspec.Meta(ge=1, le=100)], ...]
    coupons_a_year: Annotated[int, msgspec.Meta(ge=0, le=12)]
    accrual: str
    """Day count, by the ledger's name."""
    auction: Symbol
    """Method of `auctions` by which it is sold."""


class AuctionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one method of auction works."""

    source: Sentence
    grade: Grade
    method: Symbol
    settle_business_days: Annotated[int, msgspec.Meta(ge=0, le=10)]
    price_digits: Annotated[int, msgspec.Meta(ge=0, le=4)]
    prorata_multiple: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    prorata_filled_up_to: Money
    """Bids at the cut-off up to this are filled whole."""
    noncompetitive_bids: Small
    """Of one bidder in one tenor; 0 = none are taken."""
    noncompetitive_share_e6: Share
    """Of the target, for one bid."""
    noncompetitive_min: Money
    noncompetitive_max: Money
    noncompetitive_barred: tuple[Symbol, ...]


class TaxRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A withholding table."""

    source: Sentence
    grade: Grade
    profile: Symbol
    year_month: Month
    """Month in which the tax year begins."""
    entries: Annotated[tuple["TaxLine", ...], msgspec.Meta(min_length=1, max_length=128)]


class TaxAbove(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another rate above a sum in a tax year."""

    threshold: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    rate_e6: Share


class TaxLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rate of one class from one date on."""

    tax_class: Symbol
    from_date: dt.date
    rate_e6: Share
    above: TaxAbove | None = None


class TravelRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sent and who receives, above a sum."""

    source: Sentence
    grade: Grade
    threshold: Money
    payloads: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=4)]
    """Versions of IVMS101."""


class CashReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cash transactions that are reported."""

    source: Sentence
    grade: Grade
    threshold: Money


class LicencePhase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a phase of a licence opens."""

    phase: Annotated[str, msgspec.Meta(pattern="^[A-Z][A-Z_]{1,31}\\Z")]
    classes: tuple[str, ...]
    """Operation classes, by the ledger's names."""


class Licences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Phases in the order of a licence's life."""

    source: Sentence
    grade: Grade
    phases: Annotated[tuple[LicencePhase, ...], msgspec.Meta(min_length=1, max_length=32)]


class VelocityLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an account of a KYC tier may do."""

    source: Sentence
    grade: Grade
    kyc_tier: Annotated[int, msgspec.Meta(ge=0, le=255)]
    day: Money
    """Outgoing on one business date."""
    balance: Money
    """Most that it may hold."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state, as far as the ledger must know it."""

    id: Symbol
    name: Text
    jurisdiction: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}\\Z")]
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    as_of: dt.date
    """Date to which the facts were looked up."""
    money: ProfileMoney
    calendar: ProfileCalendar
    instruments: Annotated[tuple[InstrumentRule, ...], msgspec.Meta(max_length=64)]
    auctions: Annotated[tuple[AuctionRule, ...], msgspec.Meta(max_length=16)]
    taxes: Annotated[tuple[TaxRule, ...], msgspec.Meta(min_length=1, max_length=64)]
    travel_rule: TravelRule
    cash_report: CashReport
    licences: Licences
    velocity: Annotated[tuple[VelocityLimit, ...], msgspec.Meta(max_length=16)] = ()
