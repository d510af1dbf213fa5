"""A bond as the function from yield to price sees it: payments and the exact time between them.

The yield lives in a calendar of its own. ``yield_basis`` takes the terms and the day count of the
yield; coupons, accrued interest and times are all counted in them, as spreadsheets and the bid
sheets of the central bank do. Accrued interest *to be paid* comes from ``accrual`` and may differ:
in 2012 it ran on ACT/365 while yields were quoted on ACT/ACT ICMA (docs/conformance.md).
Everything is an exact fraction here; ``bond_yield`` is where digits are lost.
"""

from collections.abc import Sequence
from datetime import date
from enum import IntEnum
from typing import Final

import msgspec

from tokens.finance.accrual import (
    RATE_SCALE,
    accrued_fraction,
    coupon_fraction,
    remaining_fraction,
)
from tokens.finance.calendar import BusinessDayConvention, Calendar, adjust
from tokens.finance.daycount import DayCount, YearFraction, add_fractions, year_fraction
from tokens.finance.schedule import (
    Period,
    ScheduleFault,
    ScheduleTerms,
    build_schedule,
    month_date,
    period_at,
    regular_dates,
)

LEAD_DAYS_MAX: Final = 31
"""A settlement may precede the dated date by so many days: ``adjusted_yield_terms`` may move it."""

PAR: Final = 100
"""Face that prices are quoted for."""


class Compounding(IntEnum):
    """How often a year the yield is compounded. The numbers are on the wire: never reused."""

    SIMPLE = 0
    """Not at all: 1 over (1 + yield x time). Bills."""
    ANNUAL = 1
    SEMI = 2
    QUARTERLY = 4


class LastPeriod(IntEnum):
    """What happens when only one payment is left. The numbers are on the wire: never reused."""

    COMPOUND = 0
    SIMPLE = 1
    """It is discounted with simple interest, as in money markets."""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One payment."""

    amount: YearFraction
    """Exact payment per 100 of face."""
    wait: YearFraction
    """Exact years since the payment before, or since settlement for the first."""


class YieldBasis(msgspec.Struct, frozen=True, kw_only=True):
    """A bond as the function from yield to price sees it."""

    flows: tuple[Flow, ...]
    """The payments that the buyer receives, in order, one or more."""
    accrued: YearFraction
    """Exact accrued interest per 100 of face, in the calendar of the yield; negative ex coupon."""
    compounding: Compounding
    last_period: LastPeriod


def yield_basis(
    terms: ScheduleTerms,
    settlement: date,
    *,
    coupon_rate_e6: int,
    convention: DayCount,
    compounding: Compounding,
    last_period: LastPeriod = LastPeriod.COMPOUND,
    ex_coupon: bool = False,
    factors_e6: Sequence[int] = (),
) -> YieldBasis | ScheduleFault:
    """Lay out what a buyer receives from settlement on.

    Args:
        terms: the schedule of the yield, see ``adjusted_yield_terms``.
        settlement: before the maturity, at most LEAD_DAYS_MAX before the dated date.
        coupon_rate_e6: annual rate; of a floater, the rate assumed for all coupons to come.
        convention: the day count of the yield.
        compounding: of the yield.
        last_period: how a single remaining payment is discounted.
        ex_coupon: the next coupon, and what is repaid with it, stays with the seller.
        factors_e6: of an amortising bond, the pool factor in each period. Prices and flows are per
            100 of what the buyer receives in the end, not of original face.

    Raises:
        ValueError: the settlement date is outside of the life of the bond.
    """
    periods = build_schedule(terms)
    if isinstance(periods, ScheduleFault):
        return periods
    current = period_at(periods, max(settlement, terms.dated_date))
    if current is None or (terms.dated_date - settlement).days > LEAD_DAYS_MAX:
        raise ValueError(f"settlement {settlement} is outside of the life of the bond")
    if terms.freq == 0:
        wait = _zero_wait(terms.maturity_date, settlement, convention, compounding)
        flows: tuple[Flow, ...] = (Flow(amount=(PAR, 1), wait=wait),)
        accrued: YearFraction = (0, 1)
    else:
        flows = _coupon_flows(periods[current:], settlement, coupon_rate_e6, convention, terms)
        accrued = _accrued(periods[current], settlement, coupon_rate_e6, convention, terms.freq)
    if ex_coupon and terms.freq:
        whole = coupon_fraction(periods[current], convention, terms.freq)
        flows = _without_coupon(flows, _interest(coupon_rate_e6, whole))
        left = remaining_fraction(periods[current], convention, terms.freq, settlement)
        accrued = _interest(-coupon_rate_e6, left)
    if factors_e6 and terms.freq:
        flows, accrued = _amortised(flows, accrued, factors_e6[current:], ex_coupon=ex_coupon)
    return YieldBasis(
        flows=flows, accrued=accrued, compounding=compounding, last_period=last_period
    )


def ending_early(
    basis: YieldBasis, left: int, redemption: YearFraction, *, instead: bool = False
) -> YieldBasis:
    """A bond that ends before its last ``left`` payments, as after a call or a put.

    Args:
        basis: the bond to its maturity.
        left: payments that fall away, less than there are.
        redemption: what is paid for the rest with the last one, per 100 of what the buyer gets.
        instead: it takes the place of the last payment, as of a bond without coupons.

    Raises:
        ValueError: nothing is left of the payments.
    """
    kept = basis.flows[: len(basis.flows) - left]
    if not kept:
        raise ValueError("the option is before the first payment")
    last = kept[-1]
    amount = redemption if instead else add_fractions(last.amount, redemption)
    return msgspec.structs.replace(basis, flows=(*kept[:-1], Flow(amount=amount, wait=last.wait)))


def adjusted_yield_terms(
    terms: ScheduleTerms, calendar: Calendar, convention: BusinessDayConvention
) -> ScheduleTerms:
    """Move a schedule so that it counts back from the adjusted maturity, for ``adjust_yield``.

    A bond of 18 June whose maturity is paid on the 19th then has its coupons on the 19th. A bond
    with an odd last period keeps its regular dates, and only its maturity moves.
    """
    maturity = adjust(calendar, terms.maturity_date, convention)
    if maturity == terms.maturity_date or terms.freq == 0 or terms.last_regular_coupon is not None:
        return msgspec.structs.replace(terms, maturity_date=maturity)
    months = 12 * (maturity.year - terms.maturity_date.year)
    months += maturity.month - terms.maturity_date.month
    first = terms.first_coupon
    if first is not None:
        first = month_date(first.year, first.month + months, maturity.day)
    dated = terms.dated_date
    if first is None:
        dated = month_date(dated.year, dated.month + months, maturity.day)
    return msgspec.structs.replace(
        terms,
        dated_date=dated,
        maturity_date=maturity,
        roll_day=maturity.day,
        first_coupon=first,
    )


def periods_a_year(compounding: Compounding) -> int:
    """Return the compounding periods of a year, 0 for simple interest: the number of the member."""
    return int(compounding)


def _accrued(
    period: Period, settlement: date, rate_e6: int, convention: DayCount, freq: int
) -> YearFraction:
    if settlement <= period.start:
        return (0, 1)
    return _interest(rate_e6, accrued_fraction(period, convention, freq, settlement))


def _coupon_flows(
    periods: Sequence[Period],
    settlement: date,
    rate_e6: int,
    convention: DayCount,
    terms: ScheduleTerms,
) -> tuple[Flow, ...]:
    flows: list[Flow] = []
    for index, period in enumerate(periods):
        whole = coupon_fraction(period, convention, terms.freq)
        wait = whole if index else _first_wait(period, settlement, convention, terms)
        amount = _interest(rate_e6, whole)
        if index == len(periods) - 1:
            amount = add_fractions(amount, (PAR, 1))
        flows.append(Flow(amount=amount, wait=wait))
    return tuple(flows)


def _first_wait(
    period: Period, settlement: date, convention: DayCount, terms: ScheduleTerms
) -> YearFraction:
    """Return the time to the first payment, with the days before the dated date if any."""
    start = max(settlement, period.start)
    wait = remaining_fraction(period, convention, terms.freq, start)
    if settlement >= start:
        return wait
    dates = regular_dates(period.quasi[0], terms.freq, terms.roll_day, (settlement, start))
    lead = year_fraction(convention, settlement, start, freq=terms.freq, quasi=dates)
    return add_fractions(lead, wait)


def _without_coupon(flows: tuple[Flow, ...], coupon: YearFraction) -> tuple[Flow, ...]:
    """Take the coupon out of the first payment; its date and the principal stay."""
    first = flows[0]
    rest = Flow(amount=add_fractions(first.amount, (-coupon[0], coupon[1])), wait=first.wait)
    return (rest, *flows[1:])


def _amortised(
    flows: tuple[Flow, ...], accrued: YearFraction, factors: Sequence[int], *, ex_coupon: bool
) -> tuple[tuple[Flow, ...], YearFraction]:
    """Scale the flows of a bond that repays at the end: interest on what is outstanding, and parts.

    After the record the first repayment is the seller's, and so is the interest on it.
    """
    bought = factors[1] if ex_coupon and len(factors) > 1 else factors[0]
    scaled: list[Flow] = []
    for place, flow in enumerate(flows):
        is_last = place == len(flows) - 1
        interest = add_fractions(flow.amount, (-PAR, 1)) if is_last else flow.amount
        repaid = factors[place] - (0 if is_last else factors[place + 1])
        if place == 0 and ex_coupon and not is_last:
            repaid = 0
        amount = add_fractions(
            (interest[0] * factors[place], interest[1] * bought), (PAR * repaid, bought)
        )
        scaled.append(Flow(amount=amount, wait=flow.wait))
    return tuple(scaled), accrued


def _interest(rate_e6: int, fraction: YearFraction) -> YearFraction:
    """Return the exact interest on 100 of face."""
    return PAR * rate_e6 * fraction[0], RATE_SCALE * fraction[1]


def _zero_wait(
    maturity: date, settlement: date, convention: DayCount, compounding: Compounding
) -> YearFraction:
    """Return the years to the only payment; ACT/ACT ICMA counts in periods of the compounding."""
    freq = periods_a_year(compounding) or 1
    dates = regular_dates(maturity, freq, maturity.day, (settlement, maturity))
    return year_fraction(convention, settlement, maturity, freq=freq, quasi=dates)
