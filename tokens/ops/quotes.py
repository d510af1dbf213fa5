"""Request for quote: ask, and give up (5.9)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import agenda, quotes
from tokens.batch_parties import account_refusals
from tokens.context import Context
from tokens.events import QuoteRequested
from tokens.lookup import require, require_asset
from tokens.orders import ORDER_DAYS_MAX
from tokens.record_parties import is_told
from tokens.records.instruments import INSTRUMENT
from tokens.records.market import Side
from tokens.records.parties import PARTICIPANT
from tokens.records.quotes import (
    OPEN_BY_MAKER,
    OPEN_BY_TAKER,
    QUOTE_REQUEST,
    QuoteRequest,
    QuoteStatus,
)
from tokens.records.settlement import BATCH
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.status import Use, asset_refusal
from tokens.types import (
    NO_ADDRESS,
    Address,
    AssetId,
    Hash,
    OperationClass,
    PositiveAmount,
    Reference,
)

OPEN_PER_TAKER_MAX = 64
"""Open requests of one taker."""
OPEN_PER_MAKER_MAX = 1_024
"""Open requests to one maker."""

_DAY = dt.timedelta(days=1)


class RequestQuote(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=183,
):
    """Ask a participant for a price. Nothing is held, and nobody is bound."""

    rfq_id: Reference
    """Chosen by the sender; must not be the id of one of its batches, since it becomes one."""
    maker: Address
    """Participant that is asked, another one than the sender."""
    asset: AssetId
    """Instrument with terms."""
    side: Side
    """What the sender wants: BUY or SELL."""
    face: PositiveAmount
    """Minor units, a multiple of the denomination."""
    isd: dt.date
    """Intended settlement date, the business date or later; accrued interest is of this date."""
    expires_on: dt.date
    """Ends at the first open_day on or after it; 1 to 92 days ahead, at most the day after isd."""
    account: Address
    """The sender's account of the face; money goes through its cash account, if any."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data about its owner, where the travel rule asks for them."""


class DeclineQuote(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=186,
):
    """Close a request without a trade: by the maker or by the taker."""

    taker: Address
    """Participant that asked."""
    rfq_id: Reference
    """Its id at the taker."""


def check_request(context: Context, operation: RequestQuote) -> Iterator[Refusal]:
    """Another participant, an instrument that trades, dates, an own account, room."""
    state = context.state
    taker = quotes.taker_of(context)
    if taker == NO_ADDRESS:
        yield Refusal(Code.NOT_AUTHORISED)
    if state.get(PARTICIPANT, operation.maker) is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    if operation.maker == taker:
        yield Refusal(Code.BAD_FIELD)
    batch = state.get(BATCH, taker, operation.rfq_id)
    if batch is not None or state.get(QUOTE_REQUEST, taker, operation.rfq_id) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    if state.get(INSTRUMENT, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    wait = (operation.expires_on - context.business_date).days
    late = operation.expires_on - _DAY > operation.isd or operation.isd < context.business_date
    if late or not 1 <= wait <= ORDER_DAYS_MAX:
        yield Refusal(Code.BAD_DATE)
    asset = require_asset(state, operation.asset)
    code = asset_refusal(asset, OperationClass.TRADE, Use.OUT)
    if code is not None:
        yield Refusal(code)
    if operation.face % asset.denomination:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    yield from account_refusals(context, taker, operation.account)
    mine = state.count(OPEN_BY_TAKER, (taker,), limit=OPEN_PER_TAKER_MAX)
    theirs = state.count(OPEN_BY_MAKER, (operation.maker,), limit=OPEN_PER_MAKER_MAX)
    if mine >= OPEN_PER_TAKER_MAX or theirs >= OPEN_PER_MAKER_MAX:
        yield Refusal(Code.TOO_MANY_QUOTES)
    yield from quotes.request_travel_refusals(context, _requested(context, operation))


def apply_request(context: Context, operation: RequestQuote) -> None:
    """REQUESTED, until its date."""
    request = _requested(context, operation)
    context.state.put(QUOTE_REQUEST, request)
    agenda.schedule(context.state, quotes.expiry_item(request))
    context.emit(
        QuoteRequested(
            taker=request.taker,
            rfq_id=request.rfq_id,
            maker=request.maker,
            asset=request.asset,
            side=request.side,
            face=request.face,
        )
    )


def _requested(context: Context, operation: RequestQuote) -> QuoteRequest:
    return QuoteRequest(
        taker=quotes.taker_of(context),
        rfq_id=operation.rfq_id,
        maker=operation.maker,
        asset=operation.asset,
        side=operation.side,
        face=operation.face,
        isd=operation.isd,
        expires_on=operation.expires_on,
        taker_account=operation.account,
        status=QuoteStatus.REQUESTED,
        price_e4=0,
        maker_account=None,
        taker_travel_hash=operation.travel_hash,
    )


def check_decline(context: Context, operation: DeclineQuote) -> Iterator[Refusal]:
    """By one of the two, while it is open."""
    request = context.state.get(QUOTE_REQUEST, operation.taker, operation.rfq_id)
    if request is None or not is_told(context, QUOTE_REQUEST, request):
        yield Refusal(Code.NOT_FOUND)
        return
    parties = (request.taker, request.maker)
    if not any(party in context.actors.participants for party in parties):
        yield Refusal(Code.NOT_A_PARTY)
    if request.status not in quotes.OPEN:
        yield Refusal(Code.QUOTE_NOT_OPEN)


def apply_decline(context: Context, operation: DeclineQuote) -> None:
    """DECLINED."""
    request = require(context.state, QUOTE_REQUEST, operation.taker, operation.rfq_id)
    quotes.close(context, request, QuoteStatus.DECLINED)


REQUEST_QUOTE = OperationSpec(
    operation=RequestQuote,
    name="request_quote",
    family="quotes",
    operation_class=OperationClass.TRADE,
    check=check_request,
    apply=apply_request,
    codes=(
        *quotes.ACCOUNT_CODES,
        Code.UNKNOWN_PARTICIPANT,
        Code.BAD_FIELD,
        Code.ALREADY_EXISTS,
        Code.UNKNOWN_ASSET,
        Code.BAD_DATE,
        Code.ASSET_NOT_ACTIVE,
        Code.ASSET_MATURED,
        Code.ASSET_PAUSED,
        Code.DENOM_NOT_MULTIPLE,
        Code.TOO_MANY_QUOTES,
        Code.TRAVEL_HASH_MISSING,
    ),
)

DECLINE_QUOTE = OperationSpec(
    operation=DeclineQuote,
    name="decline_quote",
    family="quotes",
    operation_class=OperationClass.TRADE,
    check=check_decline,
    apply=apply_decline,
    codes=(Code.NOT_FOUND, Code.NOT_A_PARTY, Code.QUOTE_NOT_OPEN),
)
