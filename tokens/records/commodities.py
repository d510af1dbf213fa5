"""Commodity receipts: fungible classes, attested lots under them, deliveries out of them (5.8)."""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, Amount, AssetId, Count, Hash, PositiveAmount, Reference, Text

LOT_DOCUMENTS_MAX = 16
"""Documents of one lot."""
PARTS_MAX = 32
"""Lots that one handing out may take from: a delivery over more is handed out in parts."""


class CommodityUnit(IntEnum):
    """What one minor unit of a receipt is."""

    MILLIGRAM = 1
    """Of fine weight: metals."""
    BARREL_E3 = 2
    """Thousandth of a barrel: oil."""
    MMBTU_E3 = 3
    """Thousandth of a million British thermal units: gas."""
    SATOSHI = 4
    """10^-8 bitcoin."""
    LITRE_E3 = 5
    UNIT = 6
    """Whatever the specification says."""


class Commodity(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One fungible class: receipts of one specification at one vault."""

    asset: AssetId
    unit: CommodityUnit
    specification: Text
    """Grade and standard, for example of good-delivery bars."""
    vault: Address
    """Participant that keeps it."""
    settlement_asset: AssetId
    """Money that remainders are paid in."""
    delivery_unit: PositiveAmount
    """Minor units of the smallest delivery; the rest of a request is paid in money."""
    attested: Amount
    """Fine quantity of live lots that is still there; kept, and compared with the lots."""
    lot_next: Count
    """Number of the next lot."""
    delivery_next: Count
    """Number of the next delivery."""


class LotStatus(IntEnum):
    """Whether a lot backs receipts."""

    LIVE = 1
    STALE = 2
    """Its attestation has run out: it backs nothing until it is attested again."""
    EMPTY = 3
    """Delivered, or attested away."""


class LotDocument(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A paper of a lot; never removed."""

    name: Text
    sha256: Hash


class Lot(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One attested quantity: a bar, a tank, a key that holds coins."""

    asset: AssetId
    lot_id: Reference
    """Serial number or name, unique for ever in its class."""
    number: Count
    """Order of first attestation: deliveries take from the first."""
    grade: Text
    gross: Amount
    """Minor units as weighed."""
    fine: Amount
    """Minor units that count, at most `gross`; what was delivered before is not in it."""
    assay_hash: Hash
    """SHA-256 of the assay."""
    custodian_lei: Annotated[str, msgspec.Meta(max_length=20)]
    """ISO 17442, or empty."""
    insurance_hash: Hash
    """SHA-256 of the policy."""
    attestor: Address
    """Who attested it last."""
    attest_expiry: dt.date
    """It backs nothing from this business date on."""
    status: LotStatus
    delivered: Amount
    """Minor units handed out in all."""
    documents: Annotated[tuple[LotDocument, ...], msgspec.Meta(max_length=LOT_DOCUMENTS_MAX)]


class DeliveryStatus(IntEnum):
    """Life of a delivery (5.8)."""

    REQUESTED = 1
    DELIVERED = 2
    CANCELLED = 3


class LotPart(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What a delivery took from one lot."""

    lot_id: Reference
    quantity: PositiveAmount


class Delivery(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A redemption for delivery: receipts are held, then burned against the goods, in parts."""

    asset: AssetId
    number: Count
    account: Address
    """Whose receipts."""
    cash_account: Address
    """Account that the remainder is paid to."""
    amount: PositiveAmount
    """Receipts, minor units."""
    remainder: Amount
    """Part of `amount` below the delivery unit: paid in money."""
    cash: Amount
    """Money for the remainder, at the last mark when it was asked; rounded down."""
    expires_on: dt.date
    """What is not handed out is cancelled at the first open_day with business date >= this."""
    status: DeliveryStatus
    delivered: Amount
    """Minor units handed out so far: `amount` less `remainder` when DELIVERED. A part that was
    handed out stays so when the rest is cancelled."""
    lien: Hash
    """While REQUESTED the hold on what is not handed out, and on the remainder."""
    parts: Annotated[tuple[LotPart, ...], msgspec.Meta(max_length=PARTS_MAX)]
    """Lots that the last handing out took from, in order; `lot_changed` events tell of others."""
    receipt_hash: Hash
    """SHA-256 of the signed delivery note of the last handing out; zero before the first."""


def _live(lot: Lot) -> Key | None:
    return (lot.asset, lot.number) if lot.status is LotStatus.LIVE else None


def _by_expiry(lot: Lot) -> Key | None:
    if lot.status is not LotStatus.LIVE:
        return None
    return (lot.asset, lot.attest_expiry.toordinal(), lot.number)


def _requested(delivery: Delivery) -> Key | None:
    wants = delivery.status is DeliveryStatus.REQUESTED
    return (delivery.asset, delivery.number) if wants else None


def _by_lien(delivery: Delivery) -> Key | None:
    return (delivery.lien,) if delivery.status is DeliveryStatus.REQUESTED else None


COMMODITY = RecordKind(
    57,
    "commodity",
    Commodity,
    lambda r: (r.asset,),
    (Index(110, "commodities", lambda r: (r.asset,), static=True),),
)
LOT = RecordKind(
    58,
    "lot",
    Lot,
    lambda r: (r.asset, r.lot_id),
    (
        Index(111, "lots", lambda r: (r.asset, r.number), static=True),
        Index(112, "live_lots", _live, static=False),
        Index(113, "live_lots_by_expiry", _by_expiry, static=False),
    ),
)
DELIVERY = RecordKind(
    59,
    "delivery",
    Delivery,
    lambda r: (r.asset, r.number),
    (
        Index(114, "deliveries", lambda r: (r.asset, r.number), static=True),
        Index(115, "requested_deliveries", _requested, static=False),
        Index(116, "delivery_by_lien", _by_lien, static=False),
    ),
)

COMMODITIES = COMMODITY.indexes[0]
LOTS = LOT.indexes[0]
LIVE_LOTS = LOT.indexes[1]
LIVE_LOTS_BY_EXPIRY = LOT.indexes[2]
DELIVERIES = DELIVERY.indexes[0]
REQUESTED_DELIVERIES = DELIVERY.indexes[1]
DELIVERY_BY_LIEN = DELIVERY.indexes[2]
