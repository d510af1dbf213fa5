"""Events of balances and liens."""

import msgspec

from tokens.types import Address, Amount, AssetId, Hash, LienKind


class Moved(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=1,
):
    """Units went from one account to another."""

    asset: AssetId
    source: Address
    target: Address
    amount: Amount


class Issued(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=2,
):
    """Units came into being (instrument: issue; stablecoin: mint)."""

    asset: AssetId
    target: Address
    amount: Amount


class Burned(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=3,
):
    """Units ceased to be (instrument: redemption; stablecoin: burn)."""

    asset: AssetId
    source: Address
    amount: Amount


class LienPlaced(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=4,
):
    """A hold, pledge or freeze began."""

    lien: Hash
    account: Address
    asset: AssetId | None
    amount: Amount | None
    kind: LienKind


class LienEnded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=5,
):
    """A lien was lifted, used up or expired."""

    lien: Hash
    account: Address
