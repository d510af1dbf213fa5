"""Settlement batches at work: net effects, allocation, settlement, failure (5.5).

Rules of this file:
1. All legs or none. What counts is the net effect per (account, asset) over the whole batch: an
   account that appears twice is checked once, on the sum, so that it cannot slip past a freeze.
2. A freeze reaches held units: the batch settles only if what each account gives is free of freezes
   when the batch's own holds are gone; else it FAILS and all is released (page 04, Control).
3. What may move, and the postings, are in legs.py, for batches and the order book alike.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import liens
from tokens.agenda import AgendaHandler, Step, schedule
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events import BatchPending, BatchStatusChanged
from tokens.issue_price import note_batch
from tokens.legs import funds_refusals, hold_code, leg_codes, leg_refusals, post
from tokens.lookup import require, require_asset
from tokens.netting import Net, net_effects
from tokens.records.amend import with_item
from tokens.records.holdings import LIEN
from tokens.records.settlement import (
    BATCH,
    BATCH_COUNTER,
    OPEN_BATCHES,
    Batch,
    BatchCounter,
    BatchStatus,
    Leg,
)
from tokens.records.system import AgendaItem
from tokens.refusing import told_to_all
from tokens.results import Code, Refusal
from tokens.servicing import RELEASE_HANDLER
from tokens.state import Overlay
from tokens.types import AgendaClass, AssetStatus

SETTLE_HANDLER = "batch_settle"
EXPIRY_HANDLER = "batch_expiry"

_OVER = {
    AssetStatus.MATURED: Code.ASSET_MATURED,
    AssetStatus.REDEEMED: Code.ASSET_NOT_ACTIVE,
    AssetStatus.CANCELLED: Code.ASSET_NOT_ACTIVE,
}
"""As ASSET_TABLE says of an issue."""

OPEN = (BatchStatus.INSTRUCTED, BatchStatus.MATCHED, BatchStatus.ALLOCATED)

_ITEM = b"mohur/batch/v1"
_WAITING = (Code.ASSET_PAUSED,)
"""Refusals that pass by themselves: the ledger waits instead of failing the batch."""

_batch_subject = msgspec.msgpack.Decoder(tuple[bytes, str])
_asset_subject = msgspec.msgpack.Decoder(tuple[str, int])


def refusals(context: Context, batch: Batch, *, is_bid: bool = False) -> Iterator[Refusal]:
    """Every check of a batch, as binding as they are at settlement."""
    yield from leg_refusals(context, batch.legs, is_bid=is_bid)
    yield from funds_refusals(context, batch.legs, _own_holds(context, batch))


def refusal_codes(context: Context, batch: Batch) -> Iterator[Code]:
    """The same as codes, as those who act may know them."""
    for refusal in refusals(context, batch):
        yield refusal.code


def warnings_of(context: Context, legs: tuple[Leg, ...]) -> tuple[int, ...]:
    """What would refuse the legs today, each code once, as every party of a batch may know it."""
    codes = (told_to_all(code) for code in leg_codes(context, legs))
    return tuple(dict.fromkeys(int(code) for code in codes))


def _own_holds(context: Context, batch: Batch) -> dict[tuple[bytes, str], int]:
    """What the batch itself holds, minor units per (account, asset)."""
    own: dict[tuple[bytes, str], int] = {}
    for lien_id in batch.liens:
        lien = require(context.state, LIEN, lien_id)
        own[lien.account, lien.asset or ""] = lien.amount or 0
    return own


def _to_allocate(context: Context, batch: Batch, participant: bytes) -> list[Net]:
    """What a party's accounts give, net, and another party of the same account does not hold."""
    own = {leg.source for leg in batch.legs if leg.giver == participant}
    there = _own_holds(context, batch)
    return [
        net
        for net in net_effects(batch.legs)
        if net.amount < 0 and net.account in own and (net.account, net.asset) not in there
    ]


def allocate(context: Context, batch: Batch, participant: bytes) -> tuple[bytes, ...]:
    """Hold what a party's accounts give, net. Returns the ids of the holds."""
    owner, memo = batch.digest[:16], batch.batch_id
    return tuple(
        liens.hold(context, number, net.asset, net.account, -net.amount, owner, None, memo).id
        for number, net in enumerate(_to_allocate(context, batch, participant))
    )


def allocation_code(context: Context, batch: Batch, participant: bytes) -> Code | None:
    """Why a party cannot set aside what it gives, or None."""
    for net in _to_allocate(context, batch, participant):
        code = hold_code(context, net.asset, net.account, -net.amount)
        if code is not None:
            return code
    return None


def next_number(state: Overlay) -> int:
    """Number of a new batch, in the order of instruction."""
    counter = state.get(BATCH_COUNTER)
    number = 1 if counter is None else counter.count + 1
    state.put(BATCH_COUNTER, BatchCounter(count=number))
    return number


def advance(context: Context, batch: Batch) -> None:
    """Store a batch after a party's step, as far as its parties have brought it.

    FAILED instead of ALLOCATED if an asset is over, as at the end of an asset (run_release).
    """
    if batch.status is BatchStatus.INSTRUCTED and all(p.approved for p in batch.parties):
        batch = _moved_on(context, batch, BatchStatus.MATCHED)
    if batch.status is BatchStatus.MATCHED and all(p.allocated for p in batch.parties):
        over = _over_code(context, batch)
        if over is not None:
            fail(context, batch, BatchStatus.FAILED, over)
            return
        batch = _moved_on(context, batch, BatchStatus.ALLOCATED)
        if batch.automatic:
            enqueue(context, batch, SETTLE_HANDLER, AgendaClass.SETTLE)
    context.state.put(BATCH, batch)


def _over_code(context: Context, batch: Batch) -> Code | None:
    """Why nothing needs to be set aside any more: an asset of the batch is over.

    Nothing is held of what a batch issues, so that no hold is refused where such a paper is over.
    """
    found = (_OVER.get(require_asset(context.state, leg.asset).status) for leg in batch.legs)
    return next((code for code in found if code is not None), None)


def _moved_on(context: Context, batch: Batch, status: BatchStatus) -> Batch:
    context.emit(
        BatchStatusChanged(
            initiator=batch.initiator, batch_id=batch.batch_id, status=status, reason=0
        )
    )
    return msgspec.structs.replace(batch, status=status)


def is_past_expiry(context: Context, batch: Batch) -> bool:
    """Whether it only waits for the agenda to end it."""
    return context.business_date >= batch.expires_on


def settle(context: Context, batch: Batch) -> None:
    """All legs, once, and the issue price that they say. The caller has found no refusal."""
    deliver(context, batch)
    note_batch(context, batch.legs)


def deliver(context: Context, batch: Batch) -> None:
    """All legs, once; an auction, which knows its prices itself, calls this."""
    _release(context, batch)
    post(context, batch.legs)
    close(context, batch, BatchStatus.SETTLED, Code.OK)


def fail(context: Context, batch: Batch, status: BatchStatus, reason: Code) -> None:
    """CANCELLED, EXPIRED or FAILED: everything set aside is free again."""
    _release(context, batch)
    close(context, batch, status, reason)


def _release(context: Context, batch: Batch) -> None:
    for lien_id in batch.liens:
        liens.lift(context, require(context.state, LIEN, lien_id))


def close(context: Context, batch: Batch, status: BatchStatus, reason: Code) -> None:
    """The last word on a batch.

    All parties read its reason: whose account is frozen or recovered is not for others to know.
    """
    told = int(reason if len(batch.parties) == 1 else told_to_all(reason))
    context.state.put(
        BATCH,
        msgspec.structs.replace(batch, status=status, reason=told, liens=()),
    )
    context.emit(
        BatchStatusChanged(
            initiator=batch.initiator, batch_id=batch.batch_id, status=status, reason=told
        )
    )


def enqueue(context: Context, batch: Batch, handler: str, item_class: AgendaClass) -> None:
    """Put the settlement or the expiry of a batch on the agenda."""
    due_on = batch.isd if handler == SETTLE_HANDLER else batch.expires_on
    subject = encode((batch.initiator, batch.batch_id))
    place = tagged_hash(_ITEM, subject)
    if handler == SETTLE_HANDLER:
        place = bytes([batch.priority]) + place[1:]  # lower first among those of one date
    schedule(
        context.state,
        AgendaItem(
            due_on=due_on,
            item_class=item_class,
            id=place,
            handler=handler,
            subject=subject,
            cursor=b"",
        ),
    )


def run_settle(context: Context, item: AgendaItem, quota: int) -> Step:
    """Settle an allocated batch at its intended date; while an asset is paused, the next date."""
    batch = require(context.state, BATCH, *_batch_subject.decode(item.subject))
    if batch.status is not BatchStatus.ALLOCATED:
        return Step(1, None)
    codes = list(refusal_codes(context, batch))
    if not codes:
        settle(context, batch)
    elif all(code in _WAITING for code in codes):
        context.emit(
            BatchPending(initiator=batch.initiator, batch_id=batch.batch_id, reason=int(codes[0]))
        )
        again = context.business_date + dt.timedelta(days=1)
        schedule(context.state, msgspec.structs.replace(item, due_on=again))
    else:
        fail(context, batch, BatchStatus.FAILED, codes[0])
    return Step(min(quota, 2 * len(batch.legs)), None)


def run_expiry(context: Context, item: AgendaItem, quota: int) -> Step:
    """End a batch that is still open at its expiry."""
    batch = require(context.state, BATCH, *_batch_subject.decode(item.subject))
    if batch.status in OPEN:
        fail(context, batch, BatchStatus.EXPIRED, Code.BATCH_EXPIRED)
    return Step(min(quota, 1 + len(batch.liens)), None)


def run_release(context: Context, item: AgendaItem, quota: int) -> Step:
    """Fail the open batches of an asset that is over, page by page."""
    state = context.state
    asset_id, _ = _asset_subject.decode(item.subject)
    code = _OVER[require_asset(state, asset_id).status]
    after = (int.from_bytes(item.cursor, "big"),) if item.cursor else None
    limit = max(1, quota // 2)
    page = state.scan(BATCH, OPEN_BATCHES, after=after, limit=limit)
    for batch in page:
        if any(leg.asset == asset_id for leg in batch.legs):
            fail(context, batch, BatchStatus.FAILED, code)
    if len(page) < limit:
        return Step(min(quota, 2 * len(page) + 1), None)
    return Step(min(quota, 2 * limit), with_item(item, page[-1].number.to_bytes(8, "big")))


BATCH_SETTLE_AGENDA = AgendaHandler(name=SETTLE_HANDLER, family="settlement", run=run_settle)
BATCH_EXPIRY_AGENDA = AgendaHandler(name=EXPIRY_HANDLER, family="settlement", run=run_expiry)
ASSET_RELEASE_AGENDA = AgendaHandler(name=RELEASE_HANDLER, family="settlement", run=run_release)
