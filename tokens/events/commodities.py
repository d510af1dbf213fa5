"""Events of commodity receipts."""

import datetime as dt

import msgspec

from tokens.records.commodities import DeliveryStatus, LotStatus
from tokens.types import Address, Amount, AssetId, Count, Hash, Reference


class LotChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=211,
):
    """A lot was attested, ran out, or was taken from; `attested` is of the whole class."""

    asset: AssetId
    lot_id: Reference
    status: LotStatus
    fine: Amount
    attest_expiry: dt.date
    attested: Amount


class DeliveryChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=212,
):
    """A redemption for delivery was asked for, handed out in part or to its end, or cancelled."""

    asset: AssetId
    number: Count
    account: Address
    status: DeliveryStatus
    amount: Amount
    remainder: Amount
    cash: Amount
    delivered: Amount


class LotDocumentAdded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=213,
):
    """Another paper of a lot."""

    asset: AssetId
    lot_id: Reference
    sha256: Hash
