"""An instrument's terms at work: its periods, dates, coupons and accrued interest (5.3).

Rules of this file:
1. Dates are computed from the terms and the calendar in force each time they are asked for; what a
   record has frozen is in its Payment.
2. Exact fractions until the one rounding, which the function of finance/accrual.py names.
"""

import datetime as dt
from typing import NamedTuple

from tokens.amount import mul_div_half_up
from tokens.codec import tagged_hash
from tokens.finance.accrual import (
    accrued_amount_half_up,
    accrued_fraction,
    coupon_amount_floor,
    coupon_fraction,
    ex_coupon_accrued_half_up,
    remaining_fraction,
)
from tokens.finance.calendar import Calendar, add_business_days, adjust
from tokens.finance.daycount import YearFraction
from tokens.finance.schedule import (
    Period,
    ScheduleFault,
    ScheduleTerms,
    adjust_period,
    build_schedule,
)
from tokens.records.instruments import InstrumentTerms

PRICE_SCALE = 10**6
"""price_e4 is per 100 of face: 100 x 10^4."""

_PAYING = b"mohur/paying/v1"


class BadTerms(Exception):
    """Terms in the state that have no schedule: creation refuses them, so this node is wrong."""


class Dates(NamedTuple):
    """Of one coupon, adjusted."""

    record_date: dt.date
    """At its end it is counted who holds."""
    payment_date: dt.date


class Consideration(NamedTuple):
    """What a buyer pays, in minor units of money; each part rounded once (5.3)."""

    principal: int
    accrued: int
    """Negative between record and coupon date."""

    @property
    def total(self) -> int:
        """Principal and accrued."""
        return self.principal + self.accrued


def paying_account_of(asset: str, number: int = 0) -> bytes:
    """The `number`-th address that the account of what was funded may have. No key opens it."""
    return tagged_hash(_PAYING, number.to_bytes(4, "big") + asset.encode())[:16]


def schedule_of(terms: InstrumentTerms) -> tuple[Period, ...] | ScheduleFault:
    """The coupon periods, unadjusted, or why there are none."""
    return build_schedule(
        ScheduleTerms(
            dated_date=terms.dated_date,
            maturity_date=terms.maturity_date,
            freq=terms.freq,
            roll_day=terms.roll_day,
            first_coupon=terms.first_coupon,
            last_regular_coupon=terms.last_regular_coupon,
        )
    )


def periods_of(terms: InstrumentTerms) -> tuple[Period, ...]:
    """The coupon periods of terms that the ledger has accepted. Raises BadTerms."""
    periods = schedule_of(terms)
    if isinstance(periods, ScheduleFault):
        raise BadTerms(f"{terms.isin}: {periods}")
    return periods


def dates_of(terms: InstrumentTerms, calendar: Calendar, end: dt.date) -> Dates:
    """Record and payment date of the coupon whose unadjusted date is `end`."""
    payment = adjust(calendar, end, terms.bdc)
    return Dates(add_business_days(calendar, payment, -terms.record_offset_bd), payment)


def maturity_of(terms: InstrumentTerms, calendar: Calendar) -> dt.date:
    """Date from which the instrument is MATURED: its maturity, adjusted."""
    return adjust(calendar, terms.maturity_date, terms.bdc)


def accrual_period(terms: InstrumentTerms, calendar: Calendar, period: Period) -> Period:
    """The period that interest counts on: adjusted only where the terms say so."""
    return adjust_period(period, calendar, terms.bdc) if terms.adjust_accrual else period


def coupon_fraction_of(terms: InstrumentTerms, calendar: Calendar, number: int) -> YearFraction:
    """Exact part of a year that coupon `number` (from 1) pays."""
    period = accrual_period(terms, calendar, periods_of(terms)[number - 1])
    return coupon_fraction(period, terms.accrual_daycount, terms.freq)


def coupon_of(terms: InstrumentTerms, fraction: YearFraction, quantity: int) -> int:
    """Coupon of a quantity in minor units, rounded down: a holder's, or what must be funded."""
    return coupon_amount_floor(quantity, terms.coupon_rate_e6, fraction)


def accrued_of(
    terms: InstrumentTerms, calendar: Calendar, quantity: int, settlement: dt.date
) -> int | None:
    """Accrued interest, RHU; negative after the record; None outside of the instrument's life."""
    for unadjusted in periods_of(terms):
        period = accrual_period(terms, calendar, unadjusted)
        if not period.start <= settlement < period.end:
            continue
        if settlement > dates_of(terms, calendar, unadjusted.end).record_date:
            rest = remaining_fraction(period, terms.accrual_daycount, terms.freq, settlement)
            return ex_coupon_accrued_half_up(quantity, terms.coupon_rate_e6, rest)
        part = accrued_fraction(period, terms.accrual_daycount, terms.freq, settlement)
        return accrued_amount_half_up(quantity, terms.coupon_rate_e6, part)
    return None


def consideration_of(
    terms: InstrumentTerms, calendar: Calendar, quantity: int, price_e4: int, settlement: dt.date
) -> Consideration | None:
    """What a trade at a clean price costs; None outside of the instrument's life."""
    accrued = accrued_of(terms, calendar, quantity, settlement)
    if accrued is None:
        return None
    return Consideration(mul_div_half_up(quantity, price_e4, PRICE_SCALE), accrued)
