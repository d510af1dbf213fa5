"""From a missed payment to DEFAULT and back (5.3).

Rules of this file:
1. A payment that is still MISSED when its days of grace are over puts its instrument in default,
   and with it every instrument on the issuer's cross-default list, if it is on it.
2. The flag DEFAULT stands while a cause is left. What cures a payment takes its causes away
   everywhere; nothing else does.
3. DEFAULT stops nothing: units move, coupons are paid. It tells, and repos and rules may ask it.
"""

import datetime as dt

import msgspec

from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.codec import encode
from tokens.context import Context
from tokens.events import DefaultCured, DefaultDeclared
from tokens.lookup import require, require_asset
from tokens.records.amend import with_asset
from tokens.records.instruments import ASSET, INSTRUMENT, PAYMENT, Payment, PaymentStatus
from tokens.records.options import (
    CROSS_DEFAULT,
    CROSS_DEFAULT_MAX,
    DEFAULT,
    DEFAULTS,
    DEFAULTS_BY_CAUSE,
    Default,
)
from tokens.records.system import AgendaItem
from tokens.types import AgendaClass, AssetFlag

HANDLER = "default"

_ITEM = b"mohur/default/v1"
_subject = msgspec.msgpack.Decoder(tuple[str, int])


def watch(context: Context, missed: Payment) -> None:
    """Put the end of the days of grace on the agenda; it is the first date after them."""
    terms = require(context.state, INSTRUMENT, missed.asset).terms
    subject = encode((missed.asset, missed.number))
    schedule(
        context.state,
        item_for(
            subject,
            handler=HANDLER,
            domain=_ITEM,
            due_on=missed.payment_date + dt.timedelta(days=terms.grace_days + 1),
            item_class=AgendaClass.CHANGE,
        ),
    )


def run_default(context: Context, item: AgendaItem, quota: int) -> Step:
    """Declare the default, unless the payment was funded in time."""
    asset, number = _subject.decode(item.subject)
    payment = require(context.state, PAYMENT, asset, number)
    if payment.status is not PaymentStatus.MISSED:
        return Step(1, None)
    struck = _struck_with(context, asset)
    for one in struck:
        _declare(context, one, payment)
    return Step(min(quota, 2 * len(struck)), None)


def _struck_with(context: Context, asset: str) -> list[str]:
    """The instrument, and those on its list that still live."""
    state = context.state
    issuer = require_asset(state, asset).issuer
    listed = state.get(CROSS_DEFAULT, issuer)
    if listed is None or asset not in listed.assets:
        return [asset]
    return [one for one in listed.assets if state.get(ASSET, one) is not None]


def _declare(context: Context, asset_id: str, payment: Payment) -> None:
    state = context.state
    if state.get(DEFAULT, asset_id, payment.asset, payment.number) is not None:
        return
    state.put(
        DEFAULT,
        Default(
            asset=asset_id,
            cause=payment.asset,
            payment=payment.number,
            since=context.business_date,
        ),
    )
    asset = require_asset(state, asset_id)
    state.put(ASSET, with_asset(asset, flags=asset.flags | AssetFlag.DEFAULT))
    context.emit(DefaultDeclared(asset=asset_id, cause=payment.asset, payment=payment.number))


def cure(context: Context, payment: Payment) -> None:
    """A missed payment was made: it is no cause any more, of nobody's default."""
    state = context.state
    place = (payment.asset, payment.number)
    for cause in state.scan(DEFAULT, DEFAULTS_BY_CAUSE, place, limit=CROSS_DEFAULT_MAX + 1):
        state.delete(DEFAULT, cause.asset, cause.cause, cause.payment)
        left = bool(state.scan(DEFAULT, DEFAULTS, (cause.asset,), limit=1))
        if not left:
            asset = require_asset(state, cause.asset)
            state.put(ASSET, with_asset(asset, flags=asset.flags & ~AssetFlag.DEFAULT))
        context.emit(
            DefaultCured(
                asset=cause.asset,
                cause=cause.cause,
                payment=cause.payment,
                in_default=left,
            )
        )


DEFAULT_AGENDA = AgendaHandler(name=HANDLER, family="defaults", run=run_default)
