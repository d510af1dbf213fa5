"""Events of freezes, stops, pauses and seizures."""

import msgspec

from tokens.types import Address, Amount, AssetId, Count, Hash


class FreezeChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=250,
):
    """An authority changed its order."""

    order: Hash
    account: Address
    amount: Amount | None
    """None = all."""


class CreditStopSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=251,
):
    """An authority stopped or allowed credits to an account."""

    account: Address
    authority: Address
    stopped: bool


class AssetPaused(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=252,
):
    """The classes of operations that are paused for an asset changed."""

    asset: AssetId
    paused: Count
    """Sum of the class bits."""


class Seized(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=253,
):
    """Units were moved under a freeze order."""

    order: Hash
    asset: AssetId
    source: Address
    target: Address
    amount: Amount


class FreezeLifted(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=254,
):
    """An authority ended its order."""

    order: Hash
    account: Address
