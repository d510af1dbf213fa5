"""Events of central-bank money and stablecoins."""

import msgspec

from tokens.types import Address, Amount, AssetId, Count, Reference


class CentralBankMoneyIssued(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=200,
):
    """Central-bank money against a booking in the RTGS."""

    asset: AssetId
    target: Address
    amount: Amount
    rtgs_ref: Reference


class CentralBankMoneyWithdrawn(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=201,
):
    """Central-bank money went back to the RTGS."""

    asset: AssetId
    source: Address
    amount: Amount
    rtgs_ref: Reference


class CashMinted(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=202,
):
    """Money went into the reserve, as many tokens came out."""

    asset: AssetId
    source: Address
    target: Address
    amount: Amount


class CashRedeemed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=203,
):
    """Tokens were burned, as much money left the reserve."""

    asset: AssetId
    source: Address
    target: Address
    amount: Amount
    number: Count
    """Place in the queue; 0 if it did not wait."""


class RedemptionQueued(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=204,
):
    """A redemption waits for money in the reserve."""

    asset: AssetId
    number: Count
    source: Address
    amount: Amount


class RedemptionEnded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=214,
):
    """A redemption, or what was left of it, left the queue unpaid; its tokens are not held."""

    asset: AssetId
    number: Count
    source: Address
    amount: Amount
    """Tokens that were not paid."""
    reason: Count
    """Code; 0 = taken back by its holder."""
