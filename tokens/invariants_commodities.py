"""What must hold of commodity receipts after every block (5.8).

Rules of this file: those of invariants_money.py.
"""

from collections.abc import Callable, Iterator

from tokens.invariants_money import Records
from tokens.records.commodities import COMMODITY, DELIVERY, LOT, DeliveryStatus, LotStatus
from tokens.records.holdings import LIEN, SUPPLY
from tokens.records.instruments import ASSET
from tokens.types import AssetFlag, LienKind


def validate_lots(state: Records) -> Iterator[str]:
    """Attested = sum of live lots; supply <= attested unless in BREACH; each lot as it can be.

    What left the lots of a class is what its deliveries handed out.
    """
    assets = {asset.id: asset for asset in state.all(ASSET)}
    supplies = {entry.asset: entry.amount for entry in state.all(SUPPLY)}
    lots, deliveries = state.all(LOT), state.all(DELIVERY)
    for commodity in state.all(COMMODITY):
        own = [lot for lot in lots if lot.asset == commodity.asset]
        live = sum(lot.fine for lot in own if lot.status is LotStatus.LIVE)
        if live != commodity.attested:
            yield f"{commodity.asset}: attested {commodity.attested}, lots {live}"
        supply = supplies.get(commodity.asset, 0)
        breach = bool(assets[commodity.asset].flags & AssetFlag.BREACH)
        if breach != (supply > live):
            yield f"{commodity.asset}: supply {supply}, attested {live}, BREACH {breach}"
        if sorted(lot.number for lot in own) != list(range(1, commodity.lot_next)):
            yield f"{commodity.asset}: {len(own)} lots, the next is {commodity.lot_next}"
        handed = sum(made.delivered for made in deliveries if made.asset == commodity.asset)
        gone = sum(lot.delivered for lot in own)
        if handed != gone:
            yield f"{commodity.asset}: {gone} left the lots, {handed} handed out"
    for lot in lots:
        name = f"{lot.asset} lot {lot.lot_id}"
        if (lot.fine == 0) != (lot.status is LotStatus.EMPTY):
            yield f"{name}: {lot.status.name} with {lot.fine}"
        if lot.fine > lot.gross:
            yield f"{name}: fine {lot.fine} of gross {lot.gross}"


def validate_deliveries(state: Records) -> Iterator[str]:
    """A hold on the rest while, and only while, requested; parts and remainder make the amount."""
    liens = {lien.id: lien for lien in state.all(LIEN)}
    units = {commodity.asset: commodity.delivery_unit for commodity in state.all(COMMODITY)}
    for delivery in state.all(DELIVERY):
        name = f"{delivery.asset} delivery {delivery.number}"
        lien = liens.get(delivery.lien)
        requested = delivery.status is DeliveryStatus.REQUESTED
        if requested != (lien is not None):
            yield f"{name}: {delivery.status.name}, hold {lien is not None}"
        if lien is not None:
            place = (lien.account, lien.asset, lien.amount, lien.kind)
            left = delivery.amount - delivery.delivered
            if place != (delivery.account, delivery.asset, left, LienKind.HOLD):
                yield f"{name}: its hold is another"
        taken = sum(part.quantity for part in delivery.parts)
        expected = delivery.amount - delivery.remainder
        done = delivery.status is DeliveryStatus.DELIVERED
        is_part = delivery.delivered < expected
        if done == is_part or delivery.delivered > expected:
            yield f"{name}: {delivery.status.name}, {delivery.delivered} of {expected} handed out"
        if taken > delivery.delivered or bool(taken) != bool(delivery.delivered):
            yield f"{name}: the last handing out took {taken} of {delivery.delivered}"
        if expected % units[delivery.asset] or delivery.remainder >= units[delivery.asset]:
            yield f"{name}: remainder {delivery.remainder} of {delivery.amount}"


COMMODITY_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_lots,
    validate_deliveries,
)
