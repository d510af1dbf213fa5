"""Events of stablecoin reserves."""

import datetime as dt

import msgspec

from tokens.types import Address, Amount, AssetId, Text


class ReservePolicySet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=207,
):
    """Issuer and central bank agreed on what counts."""

    asset: AssetId
    haircut_bps: int
    residual_days_max: int
    concentration_bps: int
    buffer_bps: int


class ReserveChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=208,
):
    """Something went into the reserve, out of it, or both; `value` is after it."""

    asset: AssetId
    into: AssetId | None
    into_amount: Amount
    out: AssetId | None
    out_amount: Amount
    account: Address
    """The other side."""
    value: Amount


class BreachChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=209,
):
    """BREACH began or ended: what backs an asset fell below its supply, or covers it again."""

    asset: AssetId
    breach: bool
    supply: Amount
    value: Amount


class RedemptionPaused(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=210,
):
    """Redemption rests until a date, or goes on (until = None)."""

    asset: AssetId
    until: dt.date | None
    reason: Text
