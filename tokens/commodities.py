"""What backs commodity receipts, and what leaves it (5.8).

Rules of this file:
1. Backing = fine quantity of live lots. A lot whose attestation has run out backs nothing: the
   agenda takes it out on its date, and no receipt is minted while one is overdue.
2. Supply above the backing sets BREACH: no mint, delivery open. It ends when the backing covers.
3. Deliveries take from lots in the order of their first attestation, from PARTS_MAX lots at a time:
   what lies in front of a delivery is work for more operations, and never a refusal (ADR 0025).
"""

import msgspec

from tokens import liens, posting
from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.codec import encode
from tokens.context import Context
from tokens.events import DeliveryChanged, LotChanged
from tokens.lookup import require
from tokens.records.commodities import (
    COMMODITY,
    DELIVERY,
    DELIVERY_BY_LIEN,
    LIVE_LOTS,
    LIVE_LOTS_BY_EXPIRY,
    LOT,
    PARTS_MAX,
    Commodity,
    Delivery,
    DeliveryStatus,
    Lot,
    LotPart,
    LotStatus,
)
from tokens.records.holdings import LIEN
from tokens.records.system import AgendaItem
from tokens.reserve import set_breach
from tokens.state import Overlay

LOT_HANDLER = "attestation_expiry"
DELIVERY_HANDLER = "delivery_expiry"

_LOT_ITEM = b"mohur/attestation-expiry/v1"
_DELIVERY_ITEM = b"mohur/delivery-expiry/v1"


def put_lot(context: Context, old: Lot | None, new: Lot) -> None:
    """Write a lot and keep the sum of its class; who changes lots reviews the class after it."""
    state = context.state
    commodity = require(state, COMMODITY, new.asset)
    attested = commodity.attested - _counts(old) + _counts(new)
    state.put(LOT, new)
    state.put(COMMODITY, msgspec.structs.replace(commodity, attested=attested))
    context.emit(
        LotChanged(
            asset=new.asset,
            lot_id=new.lot_id,
            status=new.status,
            fine=new.fine,
            attest_expiry=new.attest_expiry,
            attested=attested,
        )
    )


def _counts(lot: Lot | None) -> int:
    return lot.fine if lot is not None and lot.status is LotStatus.LIVE else 0


def review(context: Context, asset: str) -> None:
    """BREACH as supply and backing say."""
    commodity = require(context.state, COMMODITY, asset)
    set_breach(context, asset, posting.supply_of(context.state, asset), commodity.attested)


def is_overdue(context: Context, asset: str) -> bool:
    """Whether an attestation has run out that the agenda has not come to yet."""
    first = context.state.scan(LOT, LIVE_LOTS_BY_EXPIRY, (asset,), limit=1)
    return bool(first) and first[0].attest_expiry <= context.business_date


def parts_of(state: Overlay, commodity: Commodity, quantity: int) -> tuple[LotPart, ...]:
    """First in, first out: `quantity`, or all that the first PARTS_MAX live lots have."""
    parts: list[LotPart] = []
    left = quantity
    for lot in state.scan(LOT, LIVE_LOTS, (commodity.asset,), limit=PARTS_MAX):
        if left:
            taken = min(left, lot.fine)
            parts.append(LotPart(lot_id=lot.lot_id, quantity=taken))
            left -= taken
    return tuple(parts)


def take_from_lots(context: Context, asset: str, parts: tuple[LotPart, ...]) -> None:
    """What was handed out is no longer there."""
    for part in parts:
        lot = require(context.state, LOT, asset, part.lot_id)
        fine = lot.fine - part.quantity
        taken = msgspec.structs.replace(
            lot,
            fine=fine,
            delivered=lot.delivered + part.quantity,
            status=lot.status if fine else LotStatus.EMPTY,
        )
        put_lot(context, lot, taken)
    review(context, asset)


def put_delivery(context: Context, delivery: Delivery) -> None:
    """Write a delivery and tell it."""
    context.state.put(DELIVERY, delivery)
    context.emit(
        DeliveryChanged(
            asset=delivery.asset,
            number=delivery.number,
            account=delivery.account,
            status=delivery.status,
            amount=delivery.amount,
            remainder=delivery.remainder,
            cash=delivery.cash,
            delivered=delivery.delivered,
        )
    )


def cancel(context: Context, delivery: Delivery) -> None:
    """The receipts that are not handed out are free again."""
    liens.lift(context, require(context.state, LIEN, delivery.lien))
    put_delivery(context, msgspec.structs.replace(delivery, status=DeliveryStatus.CANCELLED))


def end_seized(context: Context, lien: bytes) -> bool:
    """A seizure takes what was held for a delivery: it is cancelled. False: none holds it."""
    for delivery in context.state.scan(DELIVERY, DELIVERY_BY_LIEN, (lien,), limit=1):
        cancel(context, delivery)
        return True
    return False


def enqueue_lot(context: Context, lot: Lot) -> None:
    """The end of its attestation; a later one adds another item."""
    subject = encode((lot.asset, lot.lot_id))
    schedule(
        context.state,
        item_for(subject, handler=LOT_HANDLER, domain=_LOT_ITEM, due_on=lot.attest_expiry),
    )


def enqueue_delivery(context: Context, delivery: Delivery) -> None:
    """Its date."""
    subject = encode((delivery.asset, delivery.number))
    schedule(
        context.state,
        item_for(
            subject, handler=DELIVERY_HANDLER, domain=_DELIVERY_ITEM, due_on=delivery.expires_on
        ),
    )


def run_lot(context: Context, item: AgendaItem, quota: int) -> Step:
    """Its attestation has run out, unless it was attested anew or is empty."""
    del quota
    asset, lot_id = msgspec.msgpack.decode(item.subject, type=tuple[str, str])
    lot = require(context.state, LOT, asset, lot_id)
    if lot.status is LotStatus.LIVE and lot.attest_expiry <= context.business_date:
        put_lot(context, lot, msgspec.structs.replace(lot, status=LotStatus.STALE))
        review(context, asset)
    return Step(1, None)


def run_delivery(context: Context, item: AgendaItem, quota: int) -> Step:
    """Not delivered in time: what is left is cancelled."""
    del quota
    asset, number = msgspec.msgpack.decode(item.subject, type=tuple[str, int])
    delivery = require(context.state, DELIVERY, asset, number)
    if delivery.status is DeliveryStatus.REQUESTED:
        cancel(context, delivery)
    return Step(1, None)


LOT_AGENDA = AgendaHandler(name=LOT_HANDLER, family="lots", run=run_lot)
DELIVERY_AGENDA = AgendaHandler(name=DELIVERY_HANDLER, family="deliveries", run=run_delivery)
