"""The dated life of instruments: record, missed payment, maturity, end (5.3, 5.4).

Rules of this file:
1. A record is a number: it is taken by adding 1 to the asset's record_no, and costs the same for
   ten holders or ten million.
2. A record is due at the end of its date: close_day takes it; open_day takes those of dates that
   were never closed, before anything else happens on the new date.
3. Work that takes a block's time (paying, releasing) goes to the agenda; nothing here waits for it.
"""

import datetime as dt

import msgspec

from tokens import defaulting
from tokens.agenda import item_for, schedule
from tokens.codec import encode
from tokens.context import Context
from tokens.coupon_rates import rate_of_coupon
from tokens.events import AssetStatusChanged, PaymentStatusChanged, RecordBlocked, RecordTaken
from tokens.finance.accrual import FACTOR_ONE_E6
from tokens.issue_price import PAR_E4
from tokens.lookup import require, require_asset
from tokens.orders import close_book
from tokens.payment_amounts import owed_floor
from tokens.posting import supply_of
from tokens.records.amend import with_asset, with_next_coupon, with_payment
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.instruments import (
    ASSET,
    INSTRUMENT,
    LIVE_INSTRUMENTS,
    LIVE_INSTRUMENTS_MAX,
    OPEN_PAYMENTS,
    PAYMENT,
    REPAYMENT_BASE,
    UNFUNDED_PAYMENTS,
    Asset,
    Instrument,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.options import CALLED
from tokens.state import Overlay
from tokens.terms import (
    Dates,
    coupon_factor_of,
    coupon_fraction_of,
    dates_of,
    periods_of,
    repayment_of,
)
from tokens.types import AgendaClass, AssetStatus

COUPON_HANDLER = "coupon"
REDEMPTION_HANDLER = "redemption"
RELEASE_HANDLER = "asset_release"
CALL_HANDLER = "partial_call"
PUT_HANDLER = "put"
PUT_WINDOW_HANDLER = "put_window"

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
    """One by one: a coupon without a rate stops here, and is asked for again on the next date."""
    state = context.state
    instrument = require(state, INSTRUMENT, asset.id)
    if instrument.next_coupon_end is None:
        return
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    if dates_of(instrument.terms, calendar, instrument.next_coupon_end).record_date > through:
        return
    periods = periods_of(instrument.terms)
    last = last_date(state, instrument)
    number = instrument.next_coupon
    while number <= len(periods) and periods[number - 1].end <= last:
        dates = dates_of(instrument.terms, calendar, periods[number - 1].end)
        if dates.record_date > through:
            break
        rate_e6 = rate_of_coupon(state, instrument, number)
        if rate_e6 is None:
            context.emit(
                RecordBlocked(asset=asset.id, payment=number, record_date=dates.record_date)
            )
            break
        asset = _take_record(context, asset, instrument, number, dates, rate_e6)
        number += 1
    if number != instrument.next_coupon:
        state.put(ASSET, asset)
        end = periods[number - 1].end if number <= len(periods) else None
        state.put(INSTRUMENT, with_next_coupon(instrument, number, end))
        close_book(context, asset.id)


def last_date(state: Overlay, instrument: Instrument) -> dt.date:
    """Unadjusted: the maturity, or the date for which the whole issue is called."""
    called = state.get(CALLED, instrument.asset)
    return instrument.terms.maturity_date if called is None else called.date


def _take_record(
    context: Context,
    asset: Asset,
    instrument: Instrument,
    number: int,
    dates: Dates,
    rate_e6: int,
) -> Asset:
    """One record for the coupon and for what is repaid with it."""
    state, terms = context.state, instrument.terms
    calendar = require(state, CALENDAR, terms.calendar_id).current
    recorded = supply_of(state, asset.id)
    coupon = Payment(
        asset=asset.id,
        number=number,
        kind=PaymentKind.COUPON,
        status=PaymentStatus.RECORD_TAKEN,
        record_date=dates.record_date,
        payment_date=dates.payment_date,
        fraction=coupon_fraction_of(terms, calendar, number),
        rate_e6=rate_e6,
        factor_e6=coupon_factor_of(terms, number),
        price_e4=0,
        record_no=asset.record_no + 1,
        recorded=recorded,
        required=0,
        paid=0,
        withheld=0,
        was_missed=False,
        paid_on=None,
    )
    payments = [coupon]
    part_e6 = repayment_of(terms, number)
    if part_e6:
        payments.append(
            msgspec.structs.replace(
                coupon,
                number=REPAYMENT_BASE + number,
                kind=PaymentKind.REPAYMENT,
                fraction=(part_e6, FACTOR_ONE_E6),
                rate_e6=0,
                factor_e6=FACTOR_ONE_E6,
                price_e4=PAR_E4,
            )
        )
    owed = False
    for payment in payments:
        opened = open_payment(context, payment)
        _tell_record(context, opened)
        owed = owed or opened.required > 0
    return _with_record(asset, owed=owed)


def open_payment(context: Context, payment: Payment) -> Payment:
    """Write a payment down with what it needs; one of nothing is paid at once."""
    required = owed_floor(payment, payment.recorded)
    status = PaymentStatus.RECORD_TAKEN if required else PaymentStatus.PAID
    opened = msgspec.structs.replace(payment, required=required, status=status)
    context.state.put(PAYMENT, opened)
    return opened


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
            defaulting.watch(context, missed)


def waits_for_fixing(context: Context, asset_id: str, number: int) -> bool:
    """Whether the record of a coupon is due and only its rate is missing."""
    state = context.state
    instrument = state.get(INSTRUMENT, asset_id)
    if instrument is None or instrument.next_coupon_end is None:
        return False
    if number != instrument.next_coupon or rate_of_coupon(state, instrument, number) is not None:
        return False
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    dates = dates_of(instrument.terms, calendar, instrument.next_coupon_end)
    return dates.record_date < context.business_date


def redemption_number(instrument: Instrument) -> int:
    """Of the payment that redeems the whole: one after the coupons of the terms."""
    return len(periods_of(instrument.terms)) + 1


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
    records = [entry.record_no for entry in owed if entry.record_no]
    state.put(ASSET, with_asset(asset, unpaid_record=min(records, default=0)))


def set_status(context: Context, asset: Asset, status: AssetStatus) -> None:
    """Move an asset on in its life; what is over is not traded any more, and batches let go.

    Nothing is left to close or to let go when a matured one is redeemed.
    """
    context.state.put(ASSET, with_asset(asset, status=status))
    if status in (AssetStatus.MATURED, AssetStatus.CANCELLED):
        # open_day, which matures paper, runs under the date before
        today = require(context.state, BUSINESS_DAY).date
        close_book(context, asset.id)
        enqueue(context, asset.id, 0, RELEASE_HANDLER, AgendaClass.RELEASE, today)
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
        item_for(subject, handler=handler, domain=_ITEM, due_on=due_on, item_class=item_class),
    )


def _with_record(asset: Asset, *, owed: bool) -> Asset:
    number = asset.record_no + 1
    oldest = asset.unpaid_record or (number if owed else 0)
    return with_asset(asset, record_no=number, unpaid_record=oldest)
