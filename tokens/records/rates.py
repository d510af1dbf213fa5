"""Reference rates and the coupon rates fixed on them (5.3)."""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.finance.calendar import DATE_MAX
from tokens.records.kind import Index, Key, RecordKind
from tokens.types import AssetId, Count, RateE6, Symbol, Text

FixedRate = Annotated[int, msgspec.Meta(ge=0, le=2 * 10**9)]
"""Rate of a coupon: annual fraction x 10^6, not negative."""


class RateOrigin(IntEnum):
    """Who set a reference rate."""

    AUCTION = 1
    """The ledger itself: weighted average yield of an auction."""
    MARK = 2
    """A mark source, under approval."""


class ReferenceRate(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One reference rate of one date, for example the 182-day bill's of an auction."""

    name: Symbol
    """For example `mtb-182d` or `pkrv-182d`."""
    date: dt.date
    rate_e6: RateE6 | None
    """Annual fraction x 10^6; None: the auction of that date was rejected or had no bids."""
    origin: RateOrigin
    source: Text
    """Id of the auction, or where a mark was published."""


class CouponFixing(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The rate of one coupon of a floating instrument. Fixed once, never changed."""

    asset: AssetId
    number: Count
    """Of the coupon, from 2: the first one's rate stands in the terms."""
    rate_e6: FixedRate
    """max(0, reference rate + margin)."""
    reference: Symbol
    """Name of the reference rate that was used: the benchmark, or its fallback."""
    reference_rate_e6: RateE6
    """Its value; of the fallback the average."""
    reference_date: dt.date
    """Date of that rate; of the fallback the last date of the average."""
    source: Text
    """Id of the auction, or where the last mark was published."""
    reset_date: dt.date
    """On which the rate is due."""
    fixed_on: dt.date
    """Business date of the fixing."""


def rate_order(name: str, day: dt.date) -> Key:
    """Place of a rate in its list: the newest of a name first."""
    return (name, DATE_MAX.toordinal() - day.toordinal())


REFERENCE_RATE = RecordKind(
    27,
    "reference_rate",
    ReferenceRate,
    lambda r: (r.name, r.date.toordinal()),
    (Index(27, "reference_rates", lambda r: rate_order(r.name, r.date), static=True),),
)
COUPON_FIXING = RecordKind(
    28,
    "coupon_fixing",
    CouponFixing,
    lambda r: (r.asset, r.number),
    (Index(28, "coupon_fixings", lambda r: (r.asset, r.number), static=True),),
)

REFERENCE_RATES = REFERENCE_RATE.indexes[0]
COUPON_FIXINGS = COUPON_FIXING.indexes[0]
