"""Orders that stand in a book: replace, cancel (5.9)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import agenda
from tokens.authority import may_act_for
from tokens.clearing import wake
from tokens.context import Context
from tokens.events import OrderReplaced
from tokens.lookup import require
from tokens.order_checks import CONTENT_CODES, content_refusals
from tokens.orders import drop_hold, end, expiry_item, held_by, needed, place_hold
from tokens.record_parties import is_told
from tokens.records.instruments import INSTRUMENT
from tokens.records.market import ORDER, LimitPrice, Order, OrderStatus
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Hash, OperationClass, PositiveAmount


class ReplaceOrder(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=181,
):
    """Change an open order. It keeps its place in the book if only its face falls.

    The hash of its travel data stays: an order without one cannot grow to where it needs one.
    """

    order: Hash
    """Its id."""
    price_e4: LimitPrice
    """New limit per 100 of face, x 10^4, 1..10^9."""
    face: PositiveAmount
    """Face still wanted from now on, minor units, a multiple of the denomination."""
    expires_on: dt.date
    """New expiry, 1 to 92 days ahead."""


class CancelOrder(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=182,
):
    """Take an open order out of the book, at any time, also while the day is closed."""

    order: Hash
    """Its id."""


def _find(context: Context, operation: ReplaceOrder | CancelOrder) -> Order | Refusal:
    """An open order of which the sender may dispose."""
    order = context.state.get(ORDER, operation.order)
    if order is None or not is_told(context, ORDER, order):
        return Refusal(Code.NOT_FOUND)
    if not may_act_for(context, require(context.state, ACCOUNT, order.account)):
        return Refusal(Code.NOT_AUTHORISED)
    if order.status is not OrderStatus.OPEN:
        return Refusal(Code.ORDER_NOT_OPEN)
    return order


def _replaced(context: Context, operation: ReplaceOrder, order: Order) -> Order:
    stays = operation.price_e4 == order.price_e4 and operation.face <= order.face
    return msgspec.structs.replace(
        order,
        price_e4=operation.price_e4,
        face=operation.face,
        expires_on=operation.expires_on,
        entered_at=order.entered_at if stays else context.height,
    )


def check_replace(context: Context, operation: ReplaceOrder) -> Iterator[Refusal]:
    """An own open order, and content that a new one could have; its hold counts as free."""
    found = _find(context, operation)
    if isinstance(found, Refusal):
        yield found
        return
    instrument = require(context.state, INSTRUMENT, found.asset)
    changed = _replaced(context, operation, found)
    free = held_by(context.state, found)
    yield from content_refusals(context, changed, instrument, free=free)


def apply_replace(context: Context, operation: ReplaceOrder) -> None:
    """Another hold, another expiry, and its place in the book or a new one."""
    state = context.state
    old = require(state, ORDER, operation.order)
    agenda.cancel(state, expiry_item(old))
    changed = _replaced(context, operation, drop_hold(context, old))
    instrument = require(state, INSTRUMENT, old.asset)
    amount = needed(
        context, instrument, old.side, changed.price_e4, changed.face, changed.expires_on
    )
    order = place_hold(context, changed, amount or 0)
    state.put(ORDER, order)
    agenda.schedule(state, expiry_item(order))
    wake(state, order.asset, context.height)
    context.emit(
        OrderReplaced(
            order=order.id,
            account=order.account,
            price_e4=order.price_e4,
            face=order.face,
            expires_on=order.expires_on,
            keeps_place=order.entered_at == old.entered_at,
        )
    )


def check_cancel(context: Context, operation: CancelOrder) -> Iterator[Refusal]:
    """An own open order."""
    found = _find(context, operation)
    if isinstance(found, Refusal):
        yield found


def apply_cancel(context: Context, operation: CancelOrder) -> None:
    """CANCELLED by its owner."""
    order = require(context.state, ORDER, operation.order)
    end(context, order, OrderStatus.CANCELLED, Code.OK)


_FOUND = (Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.ORDER_NOT_OPEN)

REPLACE_ORDER = OperationSpec(
    operation=ReplaceOrder,
    name="replace_order",
    family="orders",
    operation_class=OperationClass.TRADE,
    check=check_replace,
    apply=apply_replace,
    codes=(*_FOUND, *CONTENT_CODES),
)

CANCEL_ORDER = OperationSpec(
    operation=CancelOrder,
    name="cancel_order",
    family="orders",
    operation_class=OperationClass.TRADE,
    check=check_cancel,
    apply=apply_cancel,
    codes=_FOUND,
)
