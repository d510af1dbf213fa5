"""Orders of the secondary market: how one comes into its book (5.9)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import agenda
from tokens.authority import may_act_for
from tokens.batch_parties import route_of
from tokens.clearing import BOOKS_MAX, ORDERS_PER_BOOK_MAX, wake
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.eligibility import RESERVED
from tokens.events import OrderPlaced
from tokens.lookup import require
from tokens.order_checks import CONTENT_CODES, ORDERS_PER_ACCOUNT_MAX, content_refusals
from tokens.orders import (
    book_of,
    count_order,
    expiry_item,
    needed,
    place_hold,
)
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.records.market import (
    OPEN_BOOKS,
    OPEN_ORDERS,
    ORDER,
    LimitPrice,
    Order,
    OrderStatus,
    Side,
)
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, AssetId, Hash, OperationClass, PositiveAmount

_ORDER = b"mohur/order/v1"


class PlaceOrder(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=180,
):
    """Offer to buy or sell an instrument in its book, at a limit; what it gives is held.

    Books clear once a block, each at one price, after all transactions: the place of an order in
    its block means nothing. Its id is SHA-256("mohur/order/v1", tx_id, operation index).
    """

    account: Address
    """Account that receives or delivers the face; money goes through its cash account, if any."""
    asset: AssetId
    """Instrument with terms."""
    side: Side
    """BUY or SELL."""
    price_e4: LimitPrice
    """Worst clean price per 100 of face, x 10^4, 1..10^9."""
    face: PositiveAmount
    """Minor units, a multiple of the denomination."""
    expires_on: dt.date
    """Ends at the first open_day on or after it; 1 to 92 days ahead."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data about the account's owner, where the travel rule may ask for
    them: whom it trades with is not known, so a client's order counts as one to elsewhere."""


def order_id(tx_id: bytes, operation_index: int) -> bytes:
    """Id of the order that an operation places."""
    return tagged_hash(_ORDER, tx_id, operation_index.to_bytes(2, "big"))


def _proposed(context: Context, operation: PlaceOrder, instrument: Instrument) -> Order:
    """The order that an operation would place, without its hold."""
    money = instrument.terms.settlement_asset
    return Order(
        id=order_id(context.tx_id, context.operation_index),
        account=operation.account,
        cash_account=route_of(context.state, operation.account, money),
        asset=operation.asset,
        side=operation.side,
        price_e4=operation.price_e4,
        face=operation.face,
        filled=0,
        expires_on=operation.expires_on,
        placed_at=context.height,
        entered_at=context.height,
        status=OrderStatus.OPEN,
        reason=0,
        lien=None,
        travel_hash=operation.travel_hash,
    )


def check_place(context: Context, operation: PlaceOrder) -> Iterator[Refusal]:
    """An own account, an open book, a date, what may trade, room, and what it gives."""
    state = context.state
    account = state.get(ACCOUNT, operation.account)
    instrument = state.get(INSTRUMENT, operation.asset)
    if instrument is None:
        yield Refusal(Code.UNKNOWN_ASSET)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
    if account is None or instrument is None:
        return
    if not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    if account.purpose in RESERVED:
        yield Refusal(Code.ACCOUNT_RESERVED)
    order = _proposed(context, operation, instrument)
    yield from content_refusals(context, order, instrument, free=0)
    if state.count(OPEN_ORDERS, (account.id,), limit=ORDERS_PER_ACCOUNT_MAX) >= (
        ORDERS_PER_ACCOUNT_MAX
    ):
        yield Refusal(Code.TOO_MANY_ORDERS)
    book = book_of(state, operation.asset)
    if book.orders >= ORDERS_PER_BOOK_MAX:
        yield Refusal(Code.BOOK_FULL)
    if not book.orders and state.count(OPEN_BOOKS, (), limit=BOOKS_MAX) >= BOOKS_MAX:
        yield Refusal(Code.TOO_MANY_BOOKS)


def apply_place(context: Context, operation: PlaceOrder) -> None:
    """Held, in the book, on the agenda; the book waits for its clearing if orders meet."""
    state = context.state
    instrument = require(state, INSTRUMENT, operation.asset)
    order = _proposed(context, operation, instrument)
    amount = needed(context, instrument, order.side, order.price_e4, order.face, order.expires_on)
    order = place_hold(context, order, amount or 0)
    state.put(ORDER, order)
    count_order(state, order.asset, 1)
    agenda.schedule(state, expiry_item(order))
    wake(state, order.asset, context.height)
    context.emit(
        OrderPlaced(
            order=order.id,
            account=order.account,
            asset=order.asset,
            side=order.side,
            price_e4=order.price_e4,
            face=order.face,
            expires_on=order.expires_on,
        )
    )


PLACE_ORDER = OperationSpec(
    operation=PlaceOrder,
    name="place_order",
    family="orders",
    operation_class=OperationClass.TRADE,
    check=check_place,
    apply=apply_place,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_RESERVED,
        *CONTENT_CODES,
        Code.TOO_MANY_ORDERS,
        Code.BOOK_FULL,
        Code.TOO_MANY_BOOKS,
    ),
)
