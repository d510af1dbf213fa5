"""An instrument's terms at work: its periods, dates, coupons and accrued interest (5.3).

Rules of this file:
1. Dates are computed from the terms and the calendar in force each time they are asked for; what a
   record has frozen is in its Payment.
2. Exact fractions until the one rounding, which the function of finance/accrual.py names.
3. Quantities are original face for ever. What was repaid before maturity is a pool factor, x 10^6,
   in each formula of money; it steps on unadjusted coupon dates.
4. The rate of a floater's later coupons is not in its terms: tokens/coupon_rates.py knows it. No
   function here puts another one in its place.
"""

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

from tokens.amount import mul_div_half_up
from tokens.codec import tagged_hash
from tokens.finance.accrual import (
    FACTOR_ONE_E6,
    accrued_amount_half_up,
    accrued_fraction,
    coupon_amount_floor,
    coupon_fraction,
    ex_coupon_accrued_half_up,
    pool_factor_e6,
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


def schedule_terms_of(terms: InstrumentTerms) -> ScheduleTerms:
    """What determines the dates."""
    return ScheduleTerms(
        dated_date=terms.dated_date,
        maturity_date=terms.maturity_date,
        freq=terms.freq,
        roll_day=terms.roll_day,
        first_coupon=terms.first_coupon,
        last_regular_coupon=terms.last_regular_coupon,
    )


def schedule_of(terms: InstrumentTerms) -> tuple[Period, ...] | ScheduleFault:
    """The periods, unadjusted, or why there are none.

    At frequency 0 there is one from dated date to maturity, which pays no coupon.
    """
    return build_schedule(schedule_terms_of(terms))


@lru_cache(maxsize=256)
def periods_of(terms: InstrumentTerms) -> tuple[Period, ...]:
    """The coupon periods of terms that the ledger has accepted: none at frequency 0.

    Raises BadTerms.
    """
    if terms.freq == 0:
        return ()
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


def coupon_of(fraction: YearFraction, quantity: int, *, rate_e6: int, factor_e6: int) -> int:
    """Coupon of a quantity in minor units, rounded down: a holder's, or what must be funded.

    `fraction` is `coupon_fraction_of` and `factor_e6` is `coupon_factor_of` the coupon; `rate_e6`
    is `rate_of_coupon` (tokens/coupon_rates.py) of it. The quantity is original face.
    """
    return coupon_amount_floor(quantity, rate_e6, fraction, factor_e6)


def pool_factor_of(terms: InstrumentTerms, day: dt.date) -> int:
    """Part of the original face that is outstanding at the end of `day`, x 10^6.

    A repayment counts from its unadjusted coupon date on. The rest at maturity is no repayment:
    at the maturity date and later this is the part that the redemption pays.
    """
    return pool_factor_e6([(part.date, part.fraction_e6) for part in terms.amortisations], day)


def coupon_factor_of(terms: InstrumentTerms, number: int) -> int:
    """Pool factor that coupon `number` (from 1) pays interest on: at the start of its period."""
    return pool_factor_of(terms, periods_of(terms)[number - 1].start)


def repayment_of(terms: InstrumentTerms, number: int) -> int:
    """Part of the original face that is repaid with coupon `number` (from 1), x 10^6; 0 if none.

    What the redemption pays is not in it.
    """
    end = periods_of(terms)[number - 1].end
    return sum(part.fraction_e6 for part in terms.amortisations if part.date == end)


class Accruing(NamedTuple):
    """The coupon that accrues on a day."""

    number: int
    """From 1."""
    unadjusted: Period
    period: Period
    """As interest counts on it."""


def accruing_on(terms: InstrumentTerms, calendar: Calendar, day: dt.date) -> Accruing | None:
    """The coupon that accrues on a day, or None if none does."""
    for number, unadjusted in enumerate(periods_of(terms), start=1):
        period = accrual_period(terms, calendar, unadjusted)
        if period.start <= day < period.end:
            return Accruing(number, unadjusted, period)
    return None


def accrued_of(
    terms: InstrumentTerms,
    calendar: Calendar,
    quantity: int,
    settlement: dt.date,
    rate_e6: int | None = None,
) -> int | None:
    """Accrued interest, RHU; negative after the record; 0 for what has no coupon.

    `rate_e6` is the rate of the coupon that accrues; without it a floater answers for its first
    coupon only. None: outside of the instrument's life, or the rate is not known.
    """
    if terms.freq == 0:
        return 0 if terms.dated_date <= settlement < terms.maturity_date else None
    accruing = accruing_on(terms, calendar, settlement)
    if accruing is None:
        return None
    if rate_e6 is None and terms.floating is not None and accruing.number > 1:
        return None
    rate = terms.coupon_rate_e6 if rate_e6 is None else rate_e6
    period, unadjusted = accruing.period, accruing.unadjusted
    if settlement > dates_of(terms, calendar, unadjusted.end).record_date:
        factor = pool_factor_of(terms, unadjusted.end)  # what is repaid then is the seller's too
        rest = remaining_fraction(period, terms.accrual_daycount, terms.freq, settlement)
        return ex_coupon_accrued_half_up(quantity, rate, rest, factor)
    factor = pool_factor_of(terms, unadjusted.start)
    part = accrued_fraction(period, terms.accrual_daycount, terms.freq, settlement)
    return accrued_amount_half_up(quantity, rate, part, factor)


def is_ex_coupon(terms: InstrumentTerms, calendar: Calendar, settlement: dt.date) -> bool:
    """Whether the coupon that accrues on a day stays with the seller: its record was taken."""
    accruing = accruing_on(terms, calendar, settlement)
    if accruing is None:
        return False
    return settlement > dates_of(terms, calendar, accruing.unadjusted.end).record_date


def bought_factor_of(terms: InstrumentTerms, calendar: Calendar, settlement: dt.date) -> int:
    """Pool factor that a buyer gets on a day, x 10^6: after the record, that of the coupon date."""
    if not terms.amortisations:
        return FACTOR_ONE_E6
    accruing = accruing_on(terms, calendar, settlement)
    if accruing is None or not is_ex_coupon(terms, calendar, settlement):
        return pool_factor_of(terms, settlement)
    return pool_factor_of(terms, accruing.unadjusted.end)


def consideration_of(
    terms: InstrumentTerms,
    calendar: Calendar,
    quantity: int,
    price_e4: int,
    settlement: dt.date,
    rate_e6: int | None = None,
) -> Consideration | None:
    """What a trade at a clean price costs; None as in `accrued_of`.

    The price is per 100 of what the buyer gets: the pool factor scales it, after the record that of
    the coupon date.
    """
    accrued = accrued_of(terms, calendar, quantity, settlement, rate_e6)
    if accrued is None:
        return None
    factor = bought_factor_of(terms, calendar, settlement)
    principal = mul_div_half_up(quantity, price_e4 * factor, PRICE_SCALE * FACTOR_ONE_E6)
    return Consideration(principal, accrued)
