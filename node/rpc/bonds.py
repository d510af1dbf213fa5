"""A bond as its holder reads it: the whole schedule, with what was paid and what is to come."""

import datetime
from collections.abc import Iterator

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call
from node.sdk.schema.asset import ScheduledPayment
from tokens.bonds import (
    accrual_period,
    coupon_fraction_of,
    coupon_of,
    dates_of,
    maturity_of,
    periods_of,
)
from tokens.finance.calendar import Calendar
from tokens.posting import supply_of
from tokens.records.day import CALENDAR
from tokens.records.instruments import BOND, PAYMENT, Bond, Payment, PaymentKind, PaymentStatus


def require_bond(call: Call, asset: str) -> Bond:
    """The bond, or NOT_FOUND."""
    record = call.state.get(BOND, asset)
    if record is None:
        raise not_found("bond")
    return record


def calendar_of(call: Call, bond: Bond) -> Calendar:
    """The calendar that its dates are adjusted by."""
    record = call.state.get(CALENDAR, bond.terms.calendar_id)
    if record is None:
        raise RpcError(RpcCode.UNAVAILABLE, "the calendar of that bond is not on the ledger")
    return record.current


def schedule(call: Call, bond: Bond) -> Iterator[ScheduledPayment]:
    """All payments in order: recorded ones as they are, later ones from the terms."""
    calendar = calendar_of(call, bond)
    supply = supply_of(call.state, bond.asset)
    periods = periods_of(bond.terms)
    for number, unadjusted in enumerate(periods, start=1):
        period = accrual_period(bond.terms, calendar, unadjusted)
        recorded = call.state.get(PAYMENT, bond.asset, number)
        if recorded is not None:
            yield _recorded(recorded, period.start, period.end)
            continue
        dates = dates_of(bond.terms, calendar, unadjusted.end)
        fraction = coupon_fraction_of(bond.terms, calendar, number)
        yield ScheduledPayment(
            number=number,
            kind=PaymentKind.COUPON,
            status=PaymentStatus.SCHEDULED,
            accrual_start=period.start,
            accrual_end=period.end,
            record_date=dates.record_date,
            payment_date=dates.payment_date,
            required=coupon_of(bond.terms, fraction, supply),
            paid=0,
            withheld=0,
        )
    redemption = call.state.get(PAYMENT, bond.asset, len(periods) + 1)
    if redemption is not None:
        yield _recorded(redemption, None, None)
        return
    matures = maturity_of(bond.terms, calendar)
    yield ScheduledPayment(
        number=len(periods) + 1,
        kind=PaymentKind.REDEMPTION,
        status=PaymentStatus.SCHEDULED,
        accrual_start=None,
        accrual_end=None,
        record_date=matures,
        payment_date=matures,
        required=supply,
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
