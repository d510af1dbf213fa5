"""Requests for quote at work: the batch of an acceptance, and the end by date (5.9)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import settling, travel_legs
from tokens.agenda import AgendaHandler, Step, item_for
from tokens.batch_parties import parties_at_start, route_of
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.coupon_rates import consideration_at
from tokens.events import BatchAllocated, BatchApproved, BatchInstructed, QuoteClosed
from tokens.lookup import require
from tokens.records.instruments import INSTRUMENT
from tokens.records.market import Side
from tokens.records.quotes import QUOTE_REQUEST, QuoteRequest, QuoteStatus
from tokens.records.settlement import Batch, BatchStatus, Leg
from tokens.records.system import AgendaItem
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS, AgendaClass

EXPIRY_HANDLER = "quote_expiry"

BATCH_DAYS = 7
"""Calendar days after its intended date at which the batch of an acceptance expires."""

OPEN = (QuoteStatus.REQUESTED, QuoteStatus.QUOTED)

_ITEM = b"mohur/quote-expiry/v1"
_DIGEST = b"mohur/quote-batch/v1"

_subject = msgspec.msgpack.Decoder(tuple[bytes, str])


ACCOUNT_CODES = (
    Code.UNKNOWN_ACCOUNT,
    Code.NOT_AUTHORISED,
    Code.ACCOUNT_RESERVED,
    Code.ACCOUNT_CLOSED,
)
"""What account_refusals can yield."""


def taker_of(context: Context) -> bytes:
    """The participant that asks; NO_ADDRESS if an account signed alone."""
    return next(iter(context.actors.participants), NO_ADDRESS)


def price_of(context: Context, request: QuoteRequest, price_e4: int) -> int | None:
    """What the face costs at its intended date, accrued interest included, in minor units.

    None outside of the instrument's life. Raises AmountOverflow.
    """
    instrument = require(context.state, INSTRUMENT, request.asset)
    cost = consideration_at(context.state, instrument, request.face, price_e4, request.isd)
    return None if cost is None else cost.total


def legs_of(context: Context, request: QuoteRequest, total: int) -> tuple[Leg, ...]:
    """Face against money, with the accounts that both sides have named."""
    state = context.state
    money = require(state, INSTRUMENT, request.asset).terms.settlement_asset
    taker = (request.taker, request.taker_account)
    maker = (request.maker, request.maker_account or b"")
    hashes = (request.taker_travel_hash, request.maker_travel_hash)
    buyer, seller = (taker, maker) if request.side is Side.BUY else (maker, taker)
    bought, sold = hashes if request.side is Side.BUY else hashes[::-1]
    return (
        Leg(
            asset=request.asset,
            quantity=request.face,
            giver=seller[0],
            taker=buyer[0],
            source=seller[1],
            target=buyer[1],
            travel_hash=sold or bought,
        ),
        Leg(
            asset=money,
            quantity=total,
            giver=buyer[0],
            taker=seller[0],
            source=route_of(state, buyer[1], money),
            target=route_of(state, seller[1], money),
            travel_hash=bought or sold,
        ),
    )


def request_travel_refusals(context: Context, request: QuoteRequest) -> Iterator[Refusal]:
    """The travel rule of the face, while only the taker has named its account."""
    if request.side is Side.BUY:
        giver, taker, source, target = request.maker, request.taker, None, request.taker_account
    else:
        giver, taker, source, target = request.taker, request.maker, request.taker_account, None
    leg = Leg(
        asset=request.asset,
        quantity=request.face,
        giver=giver,
        taker=taker,
        source=source,
        target=target,
        travel_hash=request.taker_travel_hash,
    )
    named = travel_legs.Named(leg, request.taker_account, request.side is Side.SELL)
    for code in travel_legs.named_codes(context, (named,)):
        yield Refusal(code)


def travel_refusals(context: Context, request: QuoteRequest, total: int) -> Iterator[Refusal]:
    """The travel rule of face and money, whichever account the money goes through."""
    face, money = legs_of(context, request, total)
    direct = msgspec.structs.replace(money, source=face.target, target=face.source)
    for code in travel_legs.leg_codes(context, (face, direct)):
        yield Refusal(code)


def settle_as_batch(context: Context, request: QuoteRequest, total: int) -> None:
    """A matched batch that the ledger settles at its date; both sides allocate what they have."""
    legs = legs_of(context, request, total)
    parties = tuple(
        msgspec.structs.replace(party, approved=True)
        for party in parties_at_start(request.taker, legs)
    )
    batch = Batch(
        initiator=request.taker,
        batch_id=request.rfq_id,
        trade_date=context.business_date,
        isd=request.isd,
        expires_on=request.isd + dt.timedelta(days=BATCH_DAYS),
        legs=legs,
        trade_ref=request.rfq_id,
        uti="",
        priority=0,
        automatic=True,
        digest=tagged_hash(_DIGEST, encode((request.taker, request.rfq_id, legs))),
        status=BatchStatus.INSTRUCTED,
        reason=0,
        parties=parties,
        liens=(),
        number=settling.next_number(context.state),
    )
    settling.enqueue(context, batch, settling.EXPIRY_HANDLER, AgendaClass.RELEASE)
    context.emit(
        BatchInstructed(
            initiator=batch.initiator,
            batch_id=batch.batch_id,
            digest=batch.digest,
            isd=batch.isd,
            parties=tuple(party.participant for party in parties),
            warnings=settling.warnings_of(context, legs),
        )
    )
    context.emit(
        BatchApproved(initiator=batch.initiator, batch_id=batch.batch_id, participant=request.maker)
    )
    for party in parties:
        batch = _allocated(context, batch, party.participant)
    settling.advance(context, batch)


def _allocated(context: Context, batch: Batch, participant: bytes) -> Batch:
    """With what a party gives set aside, if it is there; else the party allocates later."""
    if settling.allocation_code(context, batch, participant) is not None:
        return batch
    placed = settling.allocate(context, batch, participant)
    context.emit(
        BatchAllocated(initiator=batch.initiator, batch_id=batch.batch_id, participant=participant)
    )
    parties = tuple(
        msgspec.structs.replace(entry, allocated=True)
        if entry.participant == participant
        else entry
        for entry in batch.parties
    )
    return msgspec.structs.replace(batch, parties=parties, liens=batch.liens + placed)


def close(context: Context, request: QuoteRequest, status: QuoteStatus) -> None:
    """The last word on a request."""
    context.state.put(QUOTE_REQUEST, msgspec.structs.replace(request, status=status))
    context.emit(QuoteClosed(taker=request.taker, rfq_id=request.rfq_id, status=status))


def expiry_item(request: QuoteRequest) -> AgendaItem:
    """When a request leaves the state."""
    subject = encode((request.taker, request.rfq_id))
    return item_for(subject, handler=EXPIRY_HANDLER, domain=_ITEM, due_on=request.expires_on)


def run_expiry(context: Context, item: AgendaItem, quota: int) -> Step:
    """EXPIRED if nobody closed it; forgotten in any case."""
    request = require(context.state, QUOTE_REQUEST, *_subject.decode(item.subject))
    if request.status in OPEN:
        close(context, request, QuoteStatus.EXPIRED)
    context.state.delete(QUOTE_REQUEST, request.taker, request.rfq_id)
    return Step(min(quota, 1), None)


QUOTE_EXPIRY_AGENDA = AgendaHandler(name=EXPIRY_HANDLER, family="quotes", run=run_expiry)
