"""An instrument as its holder reads it: the schedule, with what was paid and what is to come.

Rules of this file:
1. What has a record is shown as the record says; the rest follows today's terms, calendar, supply.
2. Nothing is shown after the date for which the whole issue is called: it will not be paid.
3. A call or put date is there while notice of it is in time, or once it was used.
"""

import datetime
from collections.abc import Iterator

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call
from node.sdk.schema.asset import ScheduledPayment
from tokens.amount import mul_div_floor
from tokens.coupon_rates import rate_of_coupon
from tokens.finance.accrual import FACTOR_ONE_E6
from tokens.finance.calendar import Calendar, adjust
from tokens.finance.schedule import Period
from tokens.issue_price import PAR_E4
from tokens.options import last_day_of
from tokens.posting import supply_of
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.instruments import (
    CALL_BASE,
    INSTRUMENT,
    PAYMENT,
    PUT_BASE,
    REPAYMENT_BASE,
    Instrument,
    OptionDate,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.options import CALLED, PUT_BOOK
from tokens.servicing import last_date, redemption_number
from tokens.terms import (
    accrual_period,
    coupon_factor_of,
    coupon_fraction_of,
    coupon_of,
    dates_of,
    periods_of,
    pool_factor_of,
    repayment_of,
)


def require_instrument(call: Call, asset: str) -> Instrument:
    """The instrument, or NOT_FOUND."""
    record = call.state.get(INSTRUMENT, asset)
    if record is None:
        raise not_found("instrument")
    return record


def calendar_of(call: Call, instrument: Instrument) -> Calendar:
    """The calendar that its dates are adjusted by."""
    record = call.state.get(CALENDAR, instrument.terms.calendar_id)
    if record is None:
        raise RpcError(RpcCode.UNAVAILABLE, "the calendar of that instrument is not on the ledger")
    return record.current


def schedule(call: Call, instrument: Instrument) -> list[ScheduledPayment]:
    """All payments by date: recorded ones as they are, later ones from the terms."""
    calendar = calendar_of(call, instrument)
    last = last_date(call.state, instrument)
    entries = [
        *_coupons(call, instrument, calendar, last),
        *_options(call, instrument, calendar, last),
        _redemption(call, instrument, calendar, last),
    ]
    return sorted(entries, key=lambda entry: (entry.payment_date, entry.number))


def _coupons(
    call: Call, instrument: Instrument, calendar: Calendar, last: datetime.date
) -> Iterator[ScheduledPayment]:
    """Coupons, and what is repaid with them."""
    state, terms = call.state, instrument.terms
    for number, unadjusted in enumerate(periods_of(terms), start=1):
        period = accrual_period(terms, calendar, unadjusted)
        recorded = state.get(PAYMENT, instrument.asset, number)
        if recorded is not None:
            yield _recorded(recorded, period)
        elif unadjusted.end <= last:
            yield _coming_coupon(call, instrument, calendar, number, period)
        repayment = state.get(PAYMENT, instrument.asset, REPAYMENT_BASE + number)
        part_e6 = repayment_of(terms, number)
        if repayment is not None:
            yield _recorded(repayment, None)
        elif part_e6 and unadjusted.end <= last:
            dates = dates_of(terms, calendar, unadjusted.end)
            supply = supply_of(state, instrument.asset)
            yield _coming(
                REPAYMENT_BASE + number,
                PaymentKind.REPAYMENT,
                dates.record_date,
                dates.payment_date,
                PAR_E4,
                _principal_floor(supply, part_e6, PAR_E4),
            )


def _coming_coupon(
    call: Call, instrument: Instrument, calendar: Calendar, number: int, period: Period
) -> ScheduledPayment:
    terms = instrument.terms
    dates = dates_of(terms, calendar, periods_of(terms)[number - 1].end)
    rate = rate_of_coupon(call.state, instrument, number)
    return ScheduledPayment(
        number=number,
        kind=PaymentKind.COUPON,
        status=PaymentStatus.SCHEDULED,
        accrual_start=period.start,
        accrual_end=period.end,
        record_date=dates.record_date,
        payment_date=dates.payment_date,
        price_e4=None,
        required=None
        if rate is None
        else coupon_of(
            coupon_fraction_of(terms, calendar, number),
            supply_of(call.state, instrument.asset),
            rate_e6=rate,
            factor_e6=coupon_factor_of(terms, number),
        ),
        paid=0,
        withheld=0,
    )


def _options(
    call: Call, instrument: Instrument, calendar: Calendar, last: datetime.date
) -> Iterator[ScheduledPayment]:
    terms = instrument.terms
    for base, kind, options in (
        (CALL_BASE, PaymentKind.PARTIAL_CALL, terms.calls),
        (PUT_BASE, PaymentKind.PUT, terms.puts),
    ):
        for number, option in enumerate(options, start=base + 1):
            recorded = call.state.get(PAYMENT, instrument.asset, number)
            if recorded is not None:
                yield _recorded(recorded, None)
            elif option.date < last:
                yield from _coming_option(call, instrument, calendar, number, kind, option)


def _coming_option(
    call: Call,
    instrument: Instrument,
    calendar: Calendar,
    number: int,
    kind: PaymentKind,
    option: OptionDate,
) -> Iterator[ScheduledPayment]:
    state, terms = call.state, instrument.terms
    until = last_day_of(option, terms, calendar)
    day = state.get(BUSINESS_DAY)
    elected = state.get(PUT_BOOK, instrument.asset, number)
    if elected is None and day is not None and day.date > until:
        return
    required = None
    if kind is PaymentKind.PUT:
        face = 0 if elected is None else elected.face
        required = _principal_floor(face, pool_factor_of(terms, option.date), option.price_e4)
    paid_on = adjust(calendar, option.date, terms.bdc)
    yield _coming(number, kind, until, paid_on, option.price_e4, required)


def _redemption(
    call: Call, instrument: Instrument, calendar: Calendar, last: datetime.date
) -> ScheduledPayment:
    """At maturity, or on the date for which the whole issue is called, at the price of the call."""
    number = redemption_number(instrument)
    recorded = call.state.get(PAYMENT, instrument.asset, number)
    if recorded is not None:
        return _recorded(recorded, None)
    called = call.state.get(CALLED, instrument.asset)
    price_e4 = PAR_E4 if called is None else called.price_e4
    ends = adjust(calendar, last, instrument.terms.bdc)
    required = _principal_floor(
        supply_of(call.state, instrument.asset), pool_factor_of(instrument.terms, last), price_e4
    )
    return _coming(number, PaymentKind.REDEMPTION, ends, ends, price_e4, required)


def _principal_floor(face: int, part_e6: int, price_e4: int) -> int:
    """Money for a part of a face at a price per 100, rounded down once."""
    return mul_div_floor(face, part_e6 * price_e4, FACTOR_ONE_E6 * PAR_E4)


def _coming(
    number: int,
    kind: PaymentKind,
    record_date: datetime.date,
    payment_date: datetime.date,
    price_e4: int,
    required: int | None,
) -> ScheduledPayment:
    return ScheduledPayment(
        number=number,
        kind=kind,
        status=PaymentStatus.SCHEDULED,
        accrual_start=None,
        accrual_end=None,
        record_date=record_date,
        payment_date=payment_date,
        price_e4=price_e4,
        required=required,
        paid=0,
        withheld=0,
    )


def _recorded(payment: Payment, period: Period | None) -> ScheduledPayment:
    return ScheduledPayment(
        number=payment.number,
        kind=payment.kind,
        status=payment.status,
        accrual_start=None if period is None else period.start,
        accrual_end=None if period is None else period.end,
        record_date=payment.record_date,
        payment_date=payment.payment_date,
        price_e4=None if payment.kind is PaymentKind.COUPON else payment.price_e4,
        required=payment.required,
        paid=payment.paid,
        withheld=payment.withheld,
    )
