"""Price from yield and yield from price, for every kind of instrument: VIEWS, never state (5.2).

Rules of this file:
1. Bills follow the integer formulas of 5.2: price in 4 decimals, yield in 6, simple interest.
2. All others go through finance/bond_yield.py, in the calendar of the yield: its day count, its
   compounding, from the adjusted maturity where the terms say so.
3. A floater is quoted as if the coupon that accrues today were paid to the end: the yield of a
   fixed bond with that rate.
4. Calls and puts are not looked at: yields are to maturity (option_yields.py has the others). An
   amortising bond is quoted per 100 of what the buyer gets.
"""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from tokens.coupon_rates import rate_on
from tokens.finance.auction_math import (
    BILL_YEAR_DAYS,
    bill_price_e4_half_up,
    bill_yield_e6_half_up,
)
from tokens.finance.bond_yield import (
    YieldOutOfRange,
    accrued_interest,
    clean_price,
    decimal_text,
    percent_text,
    yield_to_maturity,
)
from tokens.finance.calendar import Calendar
from tokens.finance.daycount import DayCount
from tokens.finance.schedule import ScheduleFault, ScheduleTerms
from tokens.finance.yield_basis import YieldBasis, adjusted_yield_terms, yield_basis
from tokens.lookup import require
from tokens.records.day import CALENDAR
from tokens.records.instruments import Instrument, InstrumentTerms
from tokens.state import Overlay
from tokens.terms import (
    is_ex_coupon,
    maturity_of,
    periods_of,
    pool_factor_of,
    schedule_terms_of,
)
from tokens.types import AssetKind

PLACES = 12
"""Decimals of a bond's price, and of its yield in percent."""
BILL_PLACES = 4
"""Of a bill's price, and of its yield in percent: the ticks of auctions."""


class NoQuote(ValueError):
    """The date is outside of the instrument's life, or its rate is not fixed."""


class Quote(NamedTuple):
    """What a price and a yield say of each other."""

    clean: str
    """Per 100."""
    accrued: str
    """Per 100, in the calendar of the yield; what a buyer pays may differ (5.1)."""
    yield_percent: str
    """Annual."""


def price_of(
    state: Overlay, instrument: Instrument, settlement: dt.date, annual_yield: Decimal
) -> Quote:
    """Clean price at a yield; 0.07 is 7 percent. A bill's yield is first rounded to 10^-6.

    Raises NoQuote; YieldOutOfRange: such a yield leaves no price.
    """
    if instrument.terms.kind is AssetKind.BILL:
        days, year = _bill_days(state, instrument, settlement)
        rate_e6 = int(decimal_text(annual_yield.scaleb(6), 0))
        if year * 10**6 + rate_e6 * days <= 0:
            raise YieldOutOfRange(f"a yield of {annual_yield} leaves nothing of a bill")
        return _bill_quote(bill_price_e4_half_up(rate_e6, days, year), rate_e6)
    basis = basis_of(state, instrument, settlement)
    return _quote(basis, clean_price(basis, annual_yield), annual_yield)


def yield_of(state: Overlay, instrument: Instrument, settlement: dt.date, clean: Decimal) -> Quote:
    """Yield to maturity at a clean price per 100. A bill's price is first rounded to 10^-4.

    Raises NoQuote; YieldOutOfRange: no yield gives this price.
    """
    if instrument.terms.kind is AssetKind.BILL:
        days, year = _bill_days(state, instrument, settlement)
        price_e4 = int(decimal_text(clean.scaleb(4), 0))
        if price_e4 < 1:
            raise YieldOutOfRange(f"a price of {clean} is not positive")
        return _bill_quote(price_e4, bill_yield_e6_half_up(price_e4, days, year))
    basis = basis_of(state, instrument, settlement)
    return _quote(basis, clean, yield_to_maturity(basis, clean))


class Outlook(NamedTuple):
    """What a buyer receives, and the schedule it was laid out on."""

    basis: YieldBasis
    schedule: ScheduleTerms
    """Of the terms: the calendar of the yield is not in it."""


def basis_of(state: Overlay, instrument: Instrument, settlement: dt.date) -> YieldBasis:
    """What a buyer receives from a date on, in the calendar of the yield. Raises NoQuote."""
    return outlook_of(state, instrument, settlement).basis


def outlook_of(state: Overlay, instrument: Instrument, settlement: dt.date) -> Outlook:
    """The same with its schedule. Raises NoQuote."""
    terms = instrument.terms
    calendar = require(state, CALENDAR, terms.calendar_id).current
    if not terms.dated_date <= settlement < terms.maturity_date:
        raise NoQuote("the date is outside of the instrument's life")
    rate = rate_on(state, instrument, settlement)
    if rate is None and terms.freq:
        raise NoQuote("the coupon that accrues on that date has no rate yet")
    schedule = schedule_terms_of(terms)
    if terms.adjust_yield:
        schedule = adjusted_yield_terms(schedule, calendar, terms.bdc)
    factors = [pool_factor_of(terms, period.start) for period in periods_of(terms)]
    try:
        basis = yield_basis(
            schedule,
            settlement,
            coupon_rate_e6=rate or 0,
            convention=terms.yield_daycount,
            compounding=terms.yield_compounding,
            last_period=terms.last_period,
            ex_coupon=is_ex_coupon(terms, calendar, settlement),
            factors_e6=factors if terms.amortisations else (),
        )
    except ValueError as fault:
        raise NoQuote(str(fault)) from fault
    if isinstance(basis, ScheduleFault):
        raise NoQuote(f"the calendar of the yield has no schedule: {basis}")
    return Outlook(basis, schedule_terms_of(terms))


def _bill_days(state: Overlay, instrument: Instrument, settlement: dt.date) -> tuple[int, int]:
    terms = instrument.terms
    calendar = require(state, CALENDAR, terms.calendar_id).current
    days = (_bill_maturity(terms, calendar) - settlement).days
    if settlement < terms.dated_date or days < 1:
        raise NoQuote("the date is outside of the bill's life")
    return days, 360 if terms.yield_daycount is DayCount.ACT_360 else BILL_YEAR_DAYS


def _bill_maturity(terms: InstrumentTerms, calendar: Calendar) -> dt.date:
    return maturity_of(terms, calendar) if terms.adjust_yield else terms.maturity_date


def _bill_quote(price_e4: int, rate_e6: int) -> Quote:
    return Quote(
        clean=decimal_text(Decimal(price_e4).scaleb(-4), BILL_PLACES),
        accrued=decimal_text(Decimal(0), BILL_PLACES),
        yield_percent=percent_text(Decimal(rate_e6).scaleb(-6), BILL_PLACES),
    )


def _quote(basis: YieldBasis, clean: Decimal, annual_yield: Decimal) -> Quote:
    return Quote(
        clean=decimal_text(clean, PLACES),
        accrued=decimal_text(accrued_interest(basis), PLACES),
        yield_percent=percent_text(annual_yield, PLACES),
    )
