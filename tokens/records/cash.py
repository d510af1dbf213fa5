"""Stablecoins, their redemption queue, and outside references that count once (5.7)."""

from enum import IntEnum

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import Address, Amount, AssetId, Count, Hash, PositiveAmount, Reference


class CashAsset(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A stablecoin: what backs it and where that lies."""

    asset: AssetId
    backing: AssetId
    """Central-bank money, counted 1:1."""
    reserve_account: Address
    """Purpose RESERVE; only mint and redemption touch it."""
    queue_next: Count
    """Number that the next queued redemption gets."""
    queued: Amount
    """Tokens that wait in the queue."""


class QueuedRedemption(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A redemption at par that waits until the reserve holds the money. Paid in order of number."""

    asset: AssetId
    number: Count
    source: Address
    """Account whose tokens are held."""
    target: Address
    """Account that is to receive central-bank money."""
    amount: PositiveAmount
    lien: Hash
    """The hold on the tokens."""


class ReferenceScope(IntEnum):
    """What kind of outside event a reference names."""

    RTGS_ISSUE = 1
    RTGS_WITHDRAW = 2


class UsedReference(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """An outside reference that has had its effect. Kept for ever."""

    scope: ReferenceScope
    owner: Address
    """Participant or account that used it."""
    reference: Reference


CASH_ASSET = RecordKind(
    100,
    "cash_asset",
    CashAsset,
    lambda r: (r.asset,),
    (Index(100, "cash_by_reserve", lambda r: (r.reserve_account, r.asset), static=True),),
)
QUEUED_REDEMPTION = RecordKind(
    101,
    "queued_redemption",
    QueuedRedemption,
    lambda r: (r.asset, r.number),
    (
        Index(101, "redemption_queue", lambda r: (r.asset, r.number), static=True),
        Index(102, "redemption_by_lien", lambda r: (r.lien,), static=True),
    ),
)
USED_REFERENCE = RecordKind(
    102, "used_reference", UsedReference, lambda r: (int(r.scope), r.owner, r.reference)
)

CASH_BY_RESERVE = CASH_ASSET.indexes[0]
REDEMPTION_QUEUE = QUEUED_REDEMPTION.indexes[0]
REDEMPTION_BY_LIEN = QUEUED_REDEMPTION.indexes[1]
