"""How paper is cut, sold and taxed."""

import datetime as dt
from typing import Annotated, Literal

import msgspec

from node.profile.scalars import Face, Grade, Money, Month, Positive, Sentence, Share
from tokens.types import Symbol

KindName = Literal[
    "BILL", "FIXED", "FLOAT", "ZERO", "SUKUK_FRR", "SUKUK_VRR", "SUKUK_DISC", "AMORT"
]
"""Kinds of debt, by the ledger's names."""
AccrualName = Literal[
    "ACT_365F",
    "ACT_360",
    "ACT_ACT_ICMA",
    "ACT_ACT_ISDA",
    "ACT_ACT_AFB",
    "THIRTY_360",
    "THIRTY_E_360",
]
"""Day counts, by the ledger's names."""
MethodName = Literal["multiple-price", "uniform-price"]


class InstrumentRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind of paper is cut."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    name: Symbol
    """What the market calls it."""
    kind: KindName
    """Kind of instrument."""
    denomination: Positive
    """Minor units of face: smallest tradable face, and increment."""
    tenor_days: tuple[Annotated[int, msgspec.Meta(ge=1, le=36_600)], ...]
    """Calendar days from issue to maturity, ascending."""
    tenor_years: tuple[Annotated[int, msgspec.Meta(ge=1, le=100)], ...]
    """Whole years from issue to maturity, ascending."""
    coupons_a_year: Literal[0, 1, 2, 4, 12]
    """0 for what is sold at a discount."""
    accrual: AccrualName
    """Day count of interest."""
    auction: MethodName
    """Method of `auctions` by which it is sold."""
    holder_share_e6: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    """Part of an issue that one person may hold, x 10^6; without the key there is no cap."""


class Noncompetitive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Non-competitive bids: one of a person. Its limit is share of the target, min and max."""

    share_bps: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    """Basis points of the target."""
    min: Face
    """Minor units of face: the limit is never lower."""
    max: Face
    """Minor units of face: the limit is never higher."""
    barred: Annotated[tuple[Symbol, ...], msgspec.Meta(max_length=16)]
    """Tax classes of accounts that may not bid so, ascending."""


class AuctionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one method of auction works."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    method: MethodName
    """Each winner pays its own price, or all the cut-off price."""
    settle_business_days: Annotated[int, msgspec.Meta(ge=0, le=10)]
    """At least, between announcement and settlement."""
    price_digits: Annotated[int, msgspec.Meta(ge=0, le=4)]
    """Decimals of a price per 100 of face."""
    prorata_multiple: Face
    """Minor units of face: step of pro-rata allotments."""
    prorata_filled_up_to: Money
    """Minor units of face: bids at the cut-off up to this are filled first."""
    noncompetitive: Noncompetitive | None = None
    """Without it none are taken."""


class TaxAbove(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another rate above a sum in a tax year."""

    threshold: Positive
    """Minor units that a person may receive in a tax year before it holds."""
    rate_e6: Share
    """Part of the gross amount, x 10^6."""


class TaxLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rate of one class from one date on."""

    tax_class: Symbol
    """Class of holders; `default` is that of all others."""
    from_date: dt.date
    """First date of the rate."""
    rate_e6: Share
    """Part of the gross amount, x 10^6."""
    above: TaxAbove | None = None
    """Without it there is one rate, whatever the sum of the year."""


class TaxRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A withholding table."""

    source: Sentence
    """Who says it."""
    grade: Grade
    """How sure it is."""
    profile: Symbol
    """What an instrument names in `tax_profile`."""
    year_month: Month
    """Month in which the tax year begins."""
    entries: Annotated[tuple[TaxLine, ...], msgspec.Meta(min_length=1, max_length=128)]
    """Ascending by class and date."""
