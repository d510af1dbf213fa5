"""An instrument as its holder reads it: the schedule, with what was paid and what is to come."""

import datetime
from collections.abc import Iterator

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call
from node.sdk.schema.asset import ScheduledPayment
from tokens.coupon_rates import rate_of_coupon
from tokens.finance.calendar import Calendar
from tokens.posting import supply_of
from tokens.records.day import CALENDAR
from tokens.records.instruments import (
    INSTRUMENT,
    PAYMENT,
    Instrument,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.terms import (
    accrual_period,
    coupon_factor_of,
    coupon_fraction_of,
    coupon_of,
    dates_of,
    maturity_of,
    periods_of,
    principal_at_maturity_of,
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


def schedule(call: Call, instrument: Instrument) -> Iterator[ScheduledPayment]:
    """All payments in order: recorded ones as they are, later ones from the terms."""
    calendar = calendar_of(call, instrument)
    supply = supply_of(call.state, instrument.asset)
    periods = periods_of(instrument.terms)
    for number, unadjusted in enumerate(periods, start=1):
        period = accrual_period(instrument.terms, calendar, unadjusted)
        recorded = call.state.get(PAYMENT, instrument.asset, number)
        if recorded is not None:
            yield _recorded(recorded, period.start, period.end)
            continue
        dates = dates_of(instrument.terms, calendar, unadjusted.end)
        rate = rate_of_coupon(call.state, instrument, number)
        fraction = coupon_fraction_of(instrument.terms, calendar, number)
        yield ScheduledPayment(
            number=number,
            kind=PaymentKind.COUPON,
            status=PaymentStatus.SCHEDULED,
            accrual_start=period.start,
            accrual_end=period.end,
            record_date=dates.record_date,
            payment_date=dates.payment_date,
            required=None
            if rate is None
            else coupon_of(
                fraction,
                supply,
                rate_e6=rate,
                factor_e6=coupon_factor_of(instrument.terms, number),
            ),
            paid=0,
            withheld=0,
        )
    redemption = call.state.get(PAYMENT, instrument.asset, len(periods) + 1)
    if redemption is not None:
        yield _recorded(redemption, None, None)
        return
    matures = maturity_of(instrument.terms, calendar)
    yield ScheduledPayment(
        number=len(periods) + 1,
        kind=PaymentKind.REDEMPTION,
        status=PaymentStatus.SCHEDULED,
        accrual_start=None,
        accrual_end=None,
        record_date=matures,
        payment_date=matures,
        required=principal_at_maturity_of(instrument.terms, supply),
        paid=0,
        withheld=0,
    )


def _recorded(
    payment: Payment, start: datetime.date | None, end: datetime.date | None
) -> ScheduledPayment:
    return ScheduledPayment(
        number=payment.number,
        kind=payment.kind,
        status=payment.status,
        accrual_start=start,
        accrual_end=end,
        record_date=payment.record_date,
        payment_date=payment.payment_date,
        required=payment.required,
        paid=payment.paid,
        withheld=payment.withheld,
    )
