"""The dated life of instruments: record, missed payment, maturity, end (5.3, 5.4).

Rules of this file:
1. A record is a number: it is taken by adding 1 to the asset's record_no, and costs the same for
   ten holders or ten million.
2. A record is due at the end of its date: close_day takes it; open_day takes those of dates that
   were never closed, before anything else happens on the new date.
3. Work that takes a block's time (paying, releasing) goes to the agenda; nothing here waits for it.
"""

import datetime as dt

from tokens.agenda import schedule
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events import AssetStatusChanged, PaymentStatusChanged, RecordTaken
from tokens.lookup import require, require_asset
from tokens.posting import supply_of
from tokens.records.amend import with_asset, with_next_coupon, with_payment
from tokens.records.day import CALENDAR
from tokens.records.instruments import (
    ASSET,
    INSTRUMENT,
    LIVE_INSTRUMENTS,
    LIVE_INSTRUMENTS_MAX,
    OPEN_PAYMENTS,
    PAYMENT,
    UNFUNDED_PAYMENTS,
    Asset,
    Instrument,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.system import AgendaItem
from tokens.state import Overlay
from tokens.terms import coupon_fraction_of, coupon_of, dates_of, maturity_of, periods_of
from tokens.types import AgendaClass, AssetStatus

COUPON_HANDLER = "coupon"
REDEMPTION_HANDLER = "redemption"
RELEASE_HANDLER = "asset_release"

_ITEM = b"mohur/servicing/v1"
_DAY = dt.timedelta(days=1)


def take_records(context: Context, through: dt.date) -> None:
    """Take the records that are due at the end of `through` or before."""
    for asset in context.state.scan(ASSET, LIVE_INSTRUMENTS, limit=LIVE_INSTRUMENTS_MAX):
        if asset.status is not AssetStatus.DRAFT:
            _take_records_of(context, asset, through)


def skip_past_records(context: Context, asset_id: str) -> None:
    """At approval: coupons whose record date has passed belong to nobody; they are never paid."""
    state = context.state
    instrument = require(state, INSTRUMENT, asset_id)
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    ahead = context.business_date if context.day_open else context.business_date + _DAY
    for number, period in enumerate(periods_of(instrument.terms), start=1):
        if dates_of(instrument.terms, calendar, period.end).record_date >= ahead:
            state.put(INSTRUMENT, with_next_coupon(instrument, number, period.end))
            return
    state.put(INSTRUMENT, with_next_coupon(instrument, len(periods_of(instrument.terms)) + 1, None))


def _take_records_of(context: Context, asset: Asset, through: dt.date) -> None:
    state = context.state
    instrument = require(state, INSTRUMENT, asset.id)
    if instrument.next_coupon_end is None:
        return
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    if dates_of(instrument.terms, calendar, instrument.next_coupon_end).record_date > through:
        return
    periods = periods_of(instrument.terms)
    number = instrument.next_coupon
    while number <= len(periods):
        dates = dates_of(instrument.terms, calendar, periods[number - 1].end)
        if dates.record_date > through:
            break
        fraction = coupon_fraction_of(instrument.terms, calendar, number)
        recorded = supply_of(state, asset.id)
        required = coupon_of(instrument.terms, fraction, recorded)
        asset = _with_record(asset, owed=required > 0)
        payment = Payment(
            asset=asset.id,
            number=number,
            kind=PaymentKind.COUPON,
            status=PaymentStatus.RECORD_TAKEN if required else PaymentStatus.PAID,
            record_date=dates.record_date,
            payment_date=dates.payment_date,
            fraction=fraction,
            record_no=asset.record_no,
            recorded=recorded,
            required=required,
            paid=0,
            withheld=0,
            was_missed=False,
            paid_on=None,
        )
        state.put(PAYMENT, payment)
        _tell_record(context, payment)
        number += 1
    if number != instrument.next_coupon:
        state.put(ASSET, asset)
        end = periods[number - 1].end if number <= len(periods) else None
        state.put(INSTRUMENT, with_next_coupon(instrument, number, end))


def _tell_record(context: Context, payment: Payment) -> None:
    context.emit(
        RecordTaken(
            asset=payment.asset,
            payment=payment.number,
            record_no=payment.record_no,
            recorded=payment.recorded,
            required=payment.required,
            payment_date=payment.payment_date,
        )
    )


def miss_unfunded(context: Context, on: dt.date) -> None:
    """At the end of a date: what was due and is not funded is MISSED."""
    state = context.state
    while page := state.scan(PAYMENT, UNFUNDED_PAYMENTS, limit=LIVE_INSTRUMENTS_MAX):
        for payment in page:
            if payment.payment_date > on:
                return
            missed = with_payment(payment, status=PaymentStatus.MISSED, was_missed=True)
            state.put(PAYMENT, missed)
            tell_status(context, missed)


def mature(context: Context, on: dt.date) -> None:
    """At the opening of a date: what has come to its adjusted maturity only redeems."""
    state = context.state
    for asset in state.scan(ASSET, LIVE_INSTRUMENTS, limit=LIVE_INSTRUMENTS_MAX):
        if asset.status is AssetStatus.MATURED:
            continue
        instrument = require(state, INSTRUMENT, asset.id)
        calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
        if maturity_of(instrument.terms, calendar) <= on:
            _mature(context, asset, instrument, on)


def _mature(context: Context, asset: Asset, instrument: Instrument, on: dt.date) -> None:
    state = context.state
    owed = supply_of(state, asset.id)
    if asset.status is not AssetStatus.OUTSTANDING:
        set_status(context, asset, AssetStatus.CANCELLED)
        return
    set_status(context, asset, AssetStatus.MATURED)
    state.put(
        PAYMENT,
        Payment(
            asset=asset.id,
            number=instrument.next_coupon,
            kind=PaymentKind.REDEMPTION,
            status=PaymentStatus.RECORD_TAKEN if owed else PaymentStatus.PAID,
            record_date=on,
            payment_date=on,
            fraction=(1, 1),
            record_no=0,
            recorded=owed,
            required=owed,
            paid=0,
            withheld=0,
            was_missed=False,
            paid_on=None,
        ),
    )
    enqueue(context, asset.id, 0, RELEASE_HANDLER, AgendaClass.RELEASE, on)
    end_if_done(context, asset.id)


def end_if_done(context: Context, asset_id: str) -> None:
    """REDEEMED when nothing exists and nothing is owed any more."""
    asset = require_asset(context.state, asset_id)
    if asset.status is not AssetStatus.MATURED or supply_of(context.state, asset_id):
        return
    if not context.state.scan(PAYMENT, OPEN_PAYMENTS, (asset_id,), limit=1):
        set_status(context, asset, AssetStatus.REDEEMED)


def forget_record(state: Overlay, asset_id: str) -> None:
    """A payment is finished: the oldest unpaid record is another one, or there is none."""
    asset = require_asset(state, asset_id)
    owed = state.scan(PAYMENT, OPEN_PAYMENTS, (asset_id,), limit=LIVE_INSTRUMENTS_MAX)
    records = [entry.record_no for entry in owed if entry.kind is PaymentKind.COUPON]
    state.put(ASSET, with_asset(asset, unpaid_record=min(records, default=0)))


def set_status(context: Context, asset: Asset, status: AssetStatus) -> None:
    """Move an asset on in its life."""
    context.state.put(ASSET, with_asset(asset, status=status))
    context.emit(AssetStatusChanged(asset=asset.id, status=status))


def tell_status(context: Context, payment: Payment) -> None:
    """Event of a payment's new status."""
    context.emit(
        PaymentStatusChanged(
            asset=payment.asset,
            payment=payment.number,
            kind=payment.kind,
            status=payment.status,
        )
    )


def enqueue(
    context: Context,
    asset: str,
    number: int,
    handler: str,
    item_class: AgendaClass,
    due_on: dt.date,
) -> None:
    """Put an instrument's paged work on the agenda."""
    subject = encode((asset, number))
    schedule(
        context.state,
        AgendaItem(
            due_on=due_on,
            item_class=item_class,
            id=tagged_hash(_ITEM, subject),
            handler=handler,
            subject=subject,
            cursor=b"",
        ),
    )


def _with_record(asset: Asset, *, owed: bool) -> Asset:
    number = asset.record_no + 1
    oldest = asset.unpaid_record or (number if owed else 0)
    return with_asset(asset, record_no=number, unpaid_record=oldest)
