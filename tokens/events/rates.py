"""Events of reference rates, fixings and taps."""

import datetime as dt

import msgspec

from tokens.records.rates import FixedRate
from tokens.types import Amount, AssetId, Count, RateE6, Symbol, Text


class ReferenceRateSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=140,
):
    """A reference rate of a date is on the ledger; None: its auction gave none."""

    name: Symbol
    date: dt.date
    rate_e6: RateE6 | None
    source: Text


class CouponFixed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=141,
):
    """The rate of a floating coupon was fixed."""

    asset: AssetId
    number: Count
    rate_e6: FixedRate
    reference: Symbol
    reference_rate_e6: RateE6
    source: Text
    """Id of the auction, or where the last mark was published."""


class FixingMissed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=142,
):
    """No rate could be found for a coupon: its record waits (FIXING_MISSING)."""

    asset: AssetId
    number: Count
    reset_date: dt.date


class SupplyRaised(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=143,
):
    """An instrument was reopened: more of it may be issued."""

    asset: AssetId
    max_supply: Amount
    """Minor units of face."""
    before: Amount
