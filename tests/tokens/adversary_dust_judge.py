"""Promises of deliveries, judged from the outside (5.8): what leaves a vault, and for what.

Rules of this file:
1. Goods, receipts and money are followed from the records before and after a block and from its
   postings. A lot that was attested again in the block, which its assay tells, has no past.
2. `met_of` says what a block met of dust: a campaign that met none has attacked nothing with it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from tokens.events import Burned, DeliveryChanged, LedgerEvent, Moved
from tokens.invariants import Snapshot
from tokens.records.commodities import (
    COMMODITY,
    DELIVERY,
    LOT,
    PARTS_MAX,
    Commodity,
    Delivery,
    DeliveryStatus,
    Lot,
    LotStatus,
)
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import POSITION
from tokens.records.marks import ASSET_MARKS

Change = tuple[Delivery | None, Delivery]
"""A delivery before and after a block."""

MET = (
    "a lot below a delivery",
    "a holding below a delivery",
    "a part of a delivery",
    "the last part of a delivery",
    "the rest of a delivery called off",
    "a remainder paid",
)
"""What there is to meet."""


def judge_deliveries(
    before: Snapshot, after: Snapshot, events: Sequence[LedgerEvent]
) -> Iterator[str]:
    """Receipts cease to be for goods that leave and remainders that are paid, unit for unit."""
    classes = {entry.asset: entry for entry in after.all(COMMODITY)}
    burned: Counter[str] = Counter()
    moved: Counter[tuple[str, bytes, int]] = Counter()
    for event in events:
        if isinstance(event, Burned):
            burned[event.asset] += event.amount
        elif isinstance(event, Moved):
            moved[event.asset, event.target, event.amount] += 1
    handed: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for old, new in _changes(before, after):
        kind = classes[new.asset]
        if old is None:
            yield from _asked(after, kind, new)
        handed[new.asset] += new.delivered - (0 if old is None else old.delivered)
        if _has_ended(old, new, DeliveryStatus.DELIVERED):
            ended[new.asset] += new.remainder
            place = (kind.settlement_asset, new.cash_account, new.cash)
            moved[place] -= bool(new.cash)
            if moved[place] < 0:
                yield f"{new.asset} {new.number}: a remainder of {new.cash} was not paid"
    for asset in classes:
        if burned[asset] != handed[asset] + ended[asset]:
            yield f"{asset}: {burned[asset]} burned, {handed[asset]} and {ended[asset]} left"
    yield from judge_lots(before, after, handed)
    yield from judge_parts(before, after, events)


def _asked(after: Snapshot, kind: Commodity, made: Delivery) -> Iterator[str]:
    """A new delivery: nobody gives up a remainder for nothing, nor less than a delivery."""
    name = f"{made.asset} {made.number}"
    rest = made.amount % kind.delivery_unit
    if made.amount < kind.delivery_unit or made.remainder != rest:
        yield f"{name}: {made.amount} in units of {kind.delivery_unit}, {made.remainder} remain"
    price = _price_of(after, made.asset)
    if made.cash != rest * price // 10**6:
        yield f"{name}: {made.cash} for {rest} at {price}"
    if rest and not made.cash:
        yield f"{name}: {rest} given up for nothing"


def _price_of(state: Snapshot, asset: str) -> int:
    """Of 100 minor units, x 10^4, on the business date; 0 before the first mark."""
    (day,) = state.all(BUSINESS_DAY)
    for marks in state.all(ASSET_MARKS):
        if marks.asset == asset:
            mark = marks.coming if marks.coming.effective <= day.date else marks.held
            return 0 if mark is None else mark.price_e4
    return 0


def judge_lots(before: Snapshot, after: Snapshot, handed: Counter[str]) -> Iterator[str]:
    """What left the lots was handed out, the first ones first, from few lots at a time."""
    past = {(lot.asset, lot.lot_id): lot for lot in before.all(LOT)}
    left: Counter[str] = Counter()
    known: dict[str, list[tuple[Lot, Lot]]] = {}
    for lot in after.all(LOT):
        old = past.get((lot.asset, lot.lot_id))
        left[lot.asset] += lot.delivered - (0 if old is None else old.delivered)
        if old is None or old.assay_hash != lot.assay_hash:
            continue
        known.setdefault(lot.asset, []).append((old, lot))
        if old.fine - lot.fine != lot.delivered - old.delivered:
            yield f"{lot.asset} {lot.lot_id}: {old.fine - lot.fine} went another way"
    for asset in sorted({**left, **handed}):
        if left[asset] != handed[asset]:
            yield f"{asset}: {left[asset]} left the lots, {handed[asset]} was handed out"
    for asset, lots in known.items():
        last = max((new.number for old, new in lots if new.fine < old.fine), default=0)
        for _, new in lots:
            if new.number < last and new.status is LotStatus.LIVE:
                yield f"{asset} {new.lot_id}: {new.fine} were passed over"


def judge_parts(before: Snapshot, after: Snapshot, events: Sequence[LedgerEvent]) -> Iterator[str]:
    """Each confirmation that passed took from a bounded number of lots."""
    confirmed = sum(
        isinstance(event, DeliveryChanged)
        and event.status is not DeliveryStatus.CANCELLED
        and event.delivered > 0
        for event in events
    )
    past = {(lot.asset, lot.lot_id): lot.delivered for lot in before.all(LOT)}
    touched = sum(lot.delivered > past.get((lot.asset, lot.lot_id), 0) for lot in after.all(LOT))
    if touched > confirmed * PARTS_MAX:
        yield f"{touched} lots in {confirmed} confirmations"


def met_of(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Names of MET, each once."""
    units = {entry.asset: entry.delivery_unit for entry in after.all(COMMODITY)}
    if any(lot.status is LotStatus.LIVE and lot.fine < units[lot.asset] for lot in after.all(LOT)):
        yield MET[0]
    if any(0 < entry.balance < units.get(entry.asset, 0) for entry in after.all(POSITION)):
        yield MET[1]
    found = list(_changes(before, after))
    part = any(
        new.status is DeliveryStatus.REQUESTED and new.delivered > (old.delivered if old else 0)
        for old, new in found
    )
    done = [new for old, new in found if _has_ended(old, new, DeliveryStatus.DELIVERED)]
    last = any(sum(one.quantity for one in new.parts) < new.delivered for new in done)
    off = any(new.delivered for old, new in found if _has_ended(old, new, DeliveryStatus.CANCELLED))
    paid = any(new.cash for new in done)
    for name, met in zip(MET[2:], (part, last, off, paid), strict=True):
        if met:
            yield name


def _changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    past = {(made.asset, made.number): made for made in before.all(DELIVERY)}
    for made in after.all(DELIVERY):
        old = past.get((made.asset, made.number))
        if old != made:
            yield old, made


def _has_ended(old: Delivery | None, new: Delivery, status: DeliveryStatus) -> bool:
    return new.status is status and (old is None or old.status is not status)
