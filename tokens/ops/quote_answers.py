"""Answers to a request for quote: quote, accept; an acceptance is a batch (5.9)."""

from collections.abc import Iterator

import msgspec

from tokens import quotes
from tokens.amount import AmountOverflow
from tokens.batch_parties import account_refusals
from tokens.context import Context
from tokens.events import Quoted
from tokens.lookup import require
from tokens.record_parties import is_told
from tokens.records.market import LimitPrice
from tokens.records.quotes import QUOTE_REQUEST, QuoteRequest, QuoteStatus
from tokens.records.settlement import BATCH
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AMOUNT_LIMIT, Address, Hash, OperationClass, Reference


class Quote(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=184,
):
    """Name a price, or another one, as long as none was accepted. The maker is bound by it."""

    taker: Address
    """Participant that asked."""
    rfq_id: Reference
    """Its id at the taker."""
    price_e4: LimitPrice
    """Clean price per 100 of face, x 10^4, 1..10^9."""
    account: Address
    """The maker's account of the face; money goes through its cash account, if any."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data about its owner, where the travel rule asks for them."""


class AcceptQuote(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=185,
):
    """Accept a quote: a matched batch of the same id, allocated by both as far as they have it."""

    rfq_id: Reference
    """Id of the sender's request."""
    price_e4: LimitPrice
    """The price that is accepted: the maker may have changed it meanwhile."""


def _closed(context: Context, request: QuoteRequest) -> Iterator[Refusal]:
    """Why a request is beyond an answer."""
    if request.status not in quotes.OPEN:
        yield Refusal(Code.QUOTE_NOT_OPEN)
    elif context.business_date >= request.expires_on:
        yield Refusal(Code.QUOTE_EXPIRED)


def _price_code(context: Context, request: QuoteRequest, price_e4: int) -> Code | None:
    """Why a price makes no payment, or None."""
    try:
        total = quotes.price_of(context, request, price_e4)
    except AmountOverflow:
        return Code.AMOUNT_OVERFLOW
    if total is None:
        return Code.BAD_DATE
    if total > AMOUNT_LIMIT:
        return Code.AMOUNT_OVERFLOW
    return Code.AMOUNT_ZERO if total <= 0 else None


def _travel_refusals(
    context: Context, request: QuoteRequest, price_e4: int, code: Code | None
) -> Iterator[Refusal]:
    """The travel rule of both legs, if the price makes a payment."""
    if code is None:
        total = quotes.price_of(context, request, price_e4) or 0
        yield from quotes.travel_refusals(context, request, total)


def check_quote(context: Context, operation: Quote) -> Iterator[Refusal]:
    """By the maker, with a price that pays something and an account of its own."""
    request = context.state.get(QUOTE_REQUEST, operation.taker, operation.rfq_id)
    if request is None or not is_told(context, QUOTE_REQUEST, request):
        yield Refusal(Code.NOT_FOUND)
        return
    if request.maker not in context.actors.participants:
        yield Refusal(Code.NOT_A_PARTY)
    yield from _closed(context, request)
    code = _price_code(context, request, operation.price_e4)
    if code is not None:
        yield Refusal(code)
    yield from account_refusals(context, request.maker, operation.account)
    named = msgspec.structs.replace(
        request, maker_account=operation.account, maker_travel_hash=operation.travel_hash
    )
    if any(leg.source == leg.target for leg in quotes.legs_of(context, named, 1)):
        yield Refusal(Code.SELF_LEG)
    yield from _travel_refusals(context, named, operation.price_e4, code)


def apply_quote(context: Context, operation: Quote) -> None:
    """QUOTED."""
    request = require(context.state, QUOTE_REQUEST, operation.taker, operation.rfq_id)
    context.state.put(
        QUOTE_REQUEST,
        msgspec.structs.replace(
            request,
            status=QuoteStatus.QUOTED,
            price_e4=operation.price_e4,
            maker_account=operation.account,
            maker_travel_hash=operation.travel_hash,
        ),
    )
    context.emit(Quoted(taker=request.taker, rfq_id=request.rfq_id, price_e4=operation.price_e4))


def check_accept(context: Context, operation: AcceptQuote) -> Iterator[Refusal]:
    """By the taker, at the price that stands; all else is asked as of any batch."""
    taker = quotes.taker_of(context)
    request = context.state.get(QUOTE_REQUEST, taker, operation.rfq_id)
    if request is None:
        yield Refusal(Code.NOT_FOUND)
        return
    yield from _closed(context, request)
    if request.status is QuoteStatus.REQUESTED:
        yield Refusal(Code.NOT_QUOTED)
        return
    if request.price_e4 != operation.price_e4:
        yield Refusal(Code.DIGEST_MISMATCH)
    if context.state.get(BATCH, taker, operation.rfq_id) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    code = _price_code(context, request, request.price_e4)
    if code is not None:
        yield Refusal(code)
    yield from account_refusals(context, taker, request.taker_account)
    if any(leg.source == leg.target for leg in quotes.legs_of(context, request, 1)):
        yield Refusal(Code.SELF_LEG)
    yield from _travel_refusals(context, request, request.price_e4, code)


def apply_accept(context: Context, operation: AcceptQuote) -> None:
    """ACCEPTED, and a batch."""
    request = require(context.state, QUOTE_REQUEST, quotes.taker_of(context), operation.rfq_id)
    quotes.close(context, request, QuoteStatus.ACCEPTED)
    total = quotes.price_of(context, request, request.price_e4)
    quotes.settle_as_batch(context, request, total or 0)


_PRICE = (Code.AMOUNT_OVERFLOW, Code.BAD_DATE, Code.AMOUNT_ZERO)

QUOTE = OperationSpec(
    operation=Quote,
    name="quote",
    family="quotes",
    operation_class=OperationClass.TRADE,
    check=check_quote,
    apply=apply_quote,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_A_PARTY,
        Code.QUOTE_NOT_OPEN,
        Code.QUOTE_EXPIRED,
        *_PRICE,
        *quotes.ACCOUNT_CODES,
        Code.SELF_LEG,
        Code.TRAVEL_HASH_MISSING,
    ),
)

ACCEPT_QUOTE = OperationSpec(
    operation=AcceptQuote,
    name="accept_quote",
    family="quotes",
    operation_class=OperationClass.TRADE,
    check=check_accept,
    apply=apply_accept,
    codes=(
        Code.NOT_FOUND,
        Code.QUOTE_NOT_OPEN,
        Code.QUOTE_EXPIRED,
        Code.NOT_QUOTED,
        Code.DIGEST_MISMATCH,
        Code.ALREADY_EXISTS,
        *_PRICE,
        *quotes.ACCOUNT_CODES,
        Code.SELF_LEG,
        Code.TRAVEL_HASH_MISSING,
    ),
)
