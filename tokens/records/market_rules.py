"""Rules of the market: what is issued, how it is auctioned, what a reserve keeps (5.1, 5.2, 5.7).

Rules of this file:
1. They are bodies of governed rules like those of rules.py, for all assets; no movement is checked
   against them, so a table of their own names them and a payment does not read them.
2. The figures are a state's: its profile gives them to genesis, `set_rule` changes them later.
"""

from typing import Annotated

import msgspec

from tokens.finance.daycount import DayCount
from tokens.records.auctions import AuctionMethod, Face
from tokens.records.reserves import Bps, ResidualDays
from tokens.types import Amount, AssetKind, PositiveAmount, Symbol

MARKET = "market"
"""Name of their table: no asset id, because those are in capitals."""

ISSUE_ROWS_MAX = 64
"""Kinds of paper in one rule: the creation of an instrument reads them all."""
TENORS_MAX = 32


class IssueRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How one kind of paper is cut and sold."""

    name: Symbol
    """What the market calls it, for example `market-treasury-bill`."""
    kind: AssetKind
    """Kind of instrument."""
    denomination: PositiveAmount
    """Minor units of face: smallest tradable face and increment are both this."""
    tenor_days: Annotated[
        tuple[Annotated[int, msgspec.Meta(ge=1, le=36_600)], ...],
        msgspec.Meta(max_length=TENORS_MAX),
    ]
    """Calendar days from issue to maturity, strictly ascending."""
    tenor_years: Annotated[
        tuple[Annotated[int, msgspec.Meta(ge=1, le=100)], ...], msgspec.Meta(max_length=TENORS_MAX)
    ]
    """Whole years from issue to maturity, strictly ascending; one of both lists must fit."""
    freq: Annotated[int, msgspec.Meta(ge=0, le=12)]
    """Coupons a year."""
    accrual: DayCount
    """Day count of interest."""
    method: AuctionMethod
    """Method of its auctions."""
    holder_share_e6: Annotated[int, msgspec.Meta(ge=1, le=10**6)] | None
    """Part of an issue that one person may hold, x 10^6: the creation of the instrument sets it as
    a holder cap. None = no cap."""


class IssueRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=8
):
    """What may be issued: an instrument must fit a row."""

    rows: Annotated[tuple[IssueRow, ...], msgspec.Meta(min_length=1, max_length=ISSUE_ROWS_MAX)]
    """Their names differ. The first that fits gives the cap; an auction has the method of any."""


class NcbRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Non-competitive bids. Cap of one = min(cap_max, max(cap_min, cap_bps of the target))."""

    cap_bps: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    """Of the target face."""
    cap_min: Face
    """Minor units of face."""
    cap_max: Face
    """Minor units of face, not below `cap_min`."""
    excluded_classes: Annotated[tuple[Symbol, ...], msgspec.Meta(max_length=16)]
    """Holder classes of accounts that may not bid so, strictly ascending."""


class AuctionRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How auctions of one method that sell work."""

    method: AuctionMethod
    """MULTIPLE or UNIFORM."""
    settle_days: Annotated[int, msgspec.Meta(ge=0, le=15)]
    """Business days at least between the announcement and the settlement."""
    tick: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    """Bids are multiples of it, in units of the bid."""
    fill_first: Amount
    """At the cut-off, lines up to this face are filled first, minor units."""
    prorata_step: Face
    """Step of pro-rata allotments, minor units of face."""
    ncb: NcbRow | None
    """None: non-competitive bids are not taken."""


class AuctionRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=9
):
    """How auctions work: an announcement must fit the row of its method."""

    rows: Annotated[tuple[AuctionRow, ...], msgspec.Meta(min_length=1, max_length=2)]
    """Strictly ascending by method; a method without a row is not used."""


class ReserveRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=10
):
    """What the policy of every stablecoin's reserve must keep."""

    haircut_bps_min: Bps
    """Off the marked value of a security, at least."""
    residual_days_max: ResidualDays
    """Calendar days to maturity of a security, at most."""
    concentration_bps_max: Bps
    """Part of the reserve that one security may be, at most."""
    buffer_bps_min: Bps
    """Above the supply, at least, when something is taken."""


MarketBody = IssueRule | AuctionRule | ReserveRule
"""No movement is checked against these."""
