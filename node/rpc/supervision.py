"""Sums over the whole market, computed from the state of the newest height or of `atHeight`.

Rules of this file:
1. Nothing is stored for it. Turnover goes back as far as blocks do, all else is as of the height in
   the context: where past states are kept, of any height (ADR 0024).
2. A sum is whole or it is refused, and is added up in slices over one snapshot (walk.py).
"""

from collections.abc import AsyncIterator
from heapq import nsmallest

from node.rpc.errors import RpcCode, RpcError
from node.rpc.instruments import schedule
from node.rpc.method import Call
from node.rpc.views import check_kept
from node.rpc.walk import rows, too_many, turn
from node.sdk.schema import supervision as schema
from tokens.events import Moved
from tokens.posting import supply_of
from tokens.records.day import BUSINESS_DAY, BusinessDay
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET, INSTRUMENT, Asset, Instrument, PaymentKind
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH, BatchStatus
from tokens.types import AssetKind

INSTRUMENTS_MAX = 5_000
LADDER_MAX = 500
"""Instruments whose schedules one ladder adds up."""
HOLDERS_MAX = 25_000
BATCHES_MAX = 10_000
LATE_SHOWN_MAX = 100
LARGEST = 10
BLOCKS_AT_ONCE = 50
RESIDENT = "RESIDENT"
TENOR_YEARS = (0, 1, 3, 5, 10)
"""Lower ends of the buckets."""
_DAYS_OF_YEAR = 365
_BPS = 10_000


def business_day(call: Call) -> BusinessDay:
    """The ledger's day. UNAVAILABLE before the first one."""
    day = call.state.get(BUSINESS_DAY)
    if day is None:
        raise RpcError(RpcCode.UNAVAILABLE, "the ledger has no business day yet")
    return day


async def outstanding_debt(call: Call, most: int) -> AsyncIterator[tuple[Asset, Instrument, int]]:
    """(asset, instrument, face) of debt that is outstanding, by id. LIMIT_EXCEEDED."""
    count = 0
    assets = rows(call, ASSET, ASSET.indexes[0], most=INSTRUMENTS_MAX, what="assets")
    async for asset in assets:
        instrument = call.state.get(INSTRUMENT, asset.id)
        face = 0 if instrument is None else supply_of(call.state, asset.id)
        if instrument is None or not face:
            continue
        count += 1
        if count > most:
            raise too_many(most, "instruments")
        yield asset, instrument, face


async def tenors(call: Call) -> tuple[schema.TenorRow, ...]:
    """Face outstanding by currency, kind and residual term."""
    today = business_day(call).date
    sums: dict[tuple[str, int, int], tuple[int, int]] = {}
    async for asset, instrument, face in outstanding_debt(call, INSTRUMENTS_MAX):
        left = max(0, (instrument.terms.maturity_date - today).days)
        bucket = max([at for at, years in enumerate(TENOR_YEARS) if years * _DAYS_OF_YEAR <= left])
        place = (asset.currency, int(asset.kind), bucket)
        count, amount = sums.get(place, (0, 0))
        sums[place] = (count + 1, amount + face)
    ends = (*TENOR_YEARS[1:], None)
    return tuple(
        [
            schema.TenorRow(
                currency=currency,
                kind=AssetKind(kind),
                years_from=TENOR_YEARS[bucket],
                years_below=ends[bucket],
                instruments=count,
                amount=amount,
            )
            for (currency, kind, bucket), (count, amount) in sorted(sums.items())
        ]
    )


async def ladder(call: Call) -> tuple[schema.LadderRow, ...]:
    """What falls due by month and money, of all that is outstanding."""
    sums: dict[tuple[str, str], list[int]] = {}
    async for _, instrument, _ in outstanding_debt(call, LADDER_MAX):
        for payment in schedule(call, instrument):
            place = (payment.payment_date.strftime("%Y-%m"), instrument.terms.settlement_asset)
            due = 0
            if payment.required is not None:
                due = max(0, payment.required - payment.paid)
                if not due:
                    continue
            row = sums.setdefault(place, [0, 0, 0])
            if payment.required is None:
                row[2] += 1
            else:
                row[1 if payment.kind is PaymentKind.COUPON else 0] += due
        await turn()
    return tuple(
        [
            schema.LadderRow(
                month=month,
                settlement_asset=money,
                principal=principal,
                coupons=coupons,
                rates_open=rates_open,
            )
            for (month, money), (principal, coupons, rates_open) in sorted(sums.items())
        ]
    )


async def holders(call: Call, asset: str) -> schema.HoldersReport:
    """Classes, concentration and foreign holdings of one asset."""
    persons: dict[bytes, int] = {}
    squares = 0
    classes: dict[tuple[str, str], tuple[int, int, dict[bytes, None]]] = {}
    positions = rows(
        call, POSITION, POSITION.indexes[0], (asset,), most=HOLDERS_MAX, what="positions"
    )
    async for position in positions:
        account = call.state.get(ACCOUNT, position.account)
        owner = position.account if account is None else account.owner
        if not position.balance:
            continue
        residency = RESIDENT if account is None else account.residency
        place = (residency, "none" if account is None else account.tax_class)
        count, amount, owners = classes.get(place, (0, 0, {}))
        owners[owner] = None
        classes[place] = (count + 1, amount + position.balance, owners)
        before = persons.get(owner, 0)
        persons[owner] = before + position.balance
        squares += (before + position.balance) ** 2 - before**2
    supply = supply_of(call.state, asset)
    foreign = sum([row[1] for (residency, _), row in classes.items() if residency != RESIDENT])
    ranked = nsmallest(LARGEST, persons.items(), key=lambda entry: (-entry[1], entry[0]))
    return schema.HoldersReport(
        asset=asset,
        supply=supply,
        persons=len(persons),
        classes=tuple(
            [
                schema.ClassRow(
                    residency=residency,
                    tax_class=tax_class,
                    accounts=count,
                    persons=len(owners),
                    amount=amount,
                )
                for (residency, tax_class), (count, amount, owners) in sorted(
                    classes.items(), key=lambda entry: entry[0]
                )
            ]
        ),
        largest=tuple(
            [
                schema.PersonShare(person=person, amount=amount, share_bps=_bps(amount, supply))
                for person, amount in ranked
            ]
        ),
        herfindahl_bps=_bps(squares, supply * supply),
        foreign=foreign,
        foreign_bps=_bps(foreign, supply),
    )


def _bps(part: int, whole: int) -> int:
    """Rounded down; 0 of nothing."""
    return part * _BPS // whole if whole else 0


async def fails(call: Call) -> schema.FailsReport:
    """Open batches after their date, and how the others ended."""
    today = business_day(call).date
    ended = dict.fromkeys(BatchStatus, 0)
    late: list[schema.FailRow] = []
    late_total = open_total = 0
    batches = rows(call, BATCH, BATCH.indexes[0], most=BATCHES_MAX, what="batches")
    async for batch in batches:
        ended[batch.status] += 1
        if batch.status not in (BatchStatus.INSTRUCTED, BatchStatus.MATCHED, BatchStatus.ALLOCATED):
            continue
        open_total += 1
        if batch.isd >= today:
            continue
        late_total += 1
        if len(late) < LATE_SHOWN_MAX:
            late.append(
                schema.FailRow(
                    initiator=batch.initiator,
                    batch_id=batch.batch_id,
                    isd=batch.isd,
                    days_late=(today - batch.isd).days,
                    status=batch.status.name,
                    participants=tuple([party.participant for party in batch.parties]),
                )
            )
    return schema.FailsReport(
        business_date=today,
        late=tuple(late),
        late_total=late_total,
        open_total=open_total,
        settled=ended[BatchStatus.SETTLED],
        cancelled=ended[BatchStatus.CANCELLED],
        expired=ended[BatchStatus.EXPIRED],
        failed=ended[BatchStatus.FAILED],
    )


async def velocity(call: Call, params: schema.VelocityParams) -> schema.Velocity:
    """Turnover over a range of blocks. INVALID_INPUT, LIMIT_EXCEEDED, PRUNED."""
    last = call.tip.height if params.to_height is None else params.to_height
    if not params.from_height <= last <= call.tip.height:
        message = "params: fromHeight <= toHeight <= height of the newest block"
        raise RpcError(RpcCode.INVALID_INPUT, message)
    if last - params.from_height >= schema.BLOCKS_MAX:
        raise too_many(schema.BLOCKS_MAX, "blocks")
    check_kept(call, params.from_height)
    supply = supply_of(call.state, params.asset)
    turnover = movements = 0
    for height in range(params.from_height, last + 1):
        block = call.api.block(height)
        if block is None:
            raise RpcError(RpcCode.PRUNED, "that block is no longer kept here")
        for receipt in block.receipts:
            for event in receipt.events:
                is_move = isinstance(event, Moved) and event.asset == params.asset
                if isinstance(event, Moved) and is_move and event.source != event.target:
                    turnover += event.amount
                    movements += 1
        if height % BLOCKS_AT_ONCE == 0:
            await turn()
    return schema.Velocity(
        asset=params.asset,
        from_height=params.from_height,
        to_height=last,
        movements=movements,
        turnover=str(turnover),
        supply=supply,
        velocity_e6=turnover * 10**6 // supply if supply else 0,
    )
