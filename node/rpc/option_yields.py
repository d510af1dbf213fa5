"""Yields beside the one to maturity: current, to each call and put, to worst: VIEWS (5.2, 5.4).

Rules of this file:
1. Current yield = a year's interest over the clean price; nothing for what bears none.
2. A yield to an option is that of a bond which ends on the option's date: coupons and repayments up
   to it, then what is outstanding at the option's price. An option counts while notice of it is in
   time on the value date; one that was called is the only end there is.
3. Yield to worst = the lowest of maturity and calls: the issuer chooses. A put is the holder's own
   choice and lowers nothing.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal, NamedTuple

import msgspec

from node.rpc.quotes import PLACES, Outlook, Quote, outlook_of
from tokens.coupon_rates import rate_on
from tokens.finance.bond_yield import (
    CONTEXT,
    percent_text,
    yield_to_maturity,
)
from tokens.finance.calendar import Calendar
from tokens.finance.schedule import ScheduleFault
from tokens.finance.yield_basis import (
    YieldBasis,
    adjusted_yield_terms,
    ending_early,
    yield_basis,
)
from tokens.lookup import require
from tokens.options import last_day_of
from tokens.records.day import CALENDAR
from tokens.records.instruments import Instrument, OptionDate
from tokens.records.options import CALLED
from tokens.state import Overlay
from tokens.terms import bought_factor_of, periods_of, pool_factor_of
from tokens.types import AssetKind

CALL: Final = "CALL"
PUT: Final = "PUT"


class OptionYield(NamedTuple):
    """The yield to one date."""

    kind: Literal["CALL", "PUT"]
    date: dt.date
    """Of the option, unadjusted."""
    price_e4: int
    annual: Decimal | None
    """A fraction, unrounded; None: no yield gives the price."""


class Yields(NamedTuple):
    """What one clean price says."""

    current_percent: str | None
    options: tuple[OptionYield, ...]
    worst_percent: str | None
    worst_on: dt.date | None
    """Date of the yield to worst: a call's, or the maturity."""


def yields_beside(
    state: Overlay, instrument: Instrument, settlement: dt.date, quote: Quote
) -> Yields:
    """All other yields at the clean price of a quote. Raises NoQuote."""
    terms, clean = instrument.terms, Decimal(quote.clean)
    if terms.kind is AssetKind.BILL:
        return Yields(None, (), quote.yield_percent, terms.maturity_date)
    outlook = outlook_of(state, instrument, settlement)
    options = tuple(_options(state, instrument, settlement, clean, outlook))
    called = state.get(CALLED, instrument.asset)
    ends = [(one.annual, one.date) for one in options if one.kind == CALL]
    if called is None:
        ends.append((Decimal(quote.yield_percent).scaleb(-2), terms.maturity_date))
    known = [(annual, day) for annual, day in ends if annual is not None]
    worst = min(known, default=None)
    rate = rate_on(state, instrument, settlement) if terms.freq else None
    return Yields(
        current_percent=None if not rate or clean <= 0 else _current(rate, clean),
        options=options,
        worst_percent=None if worst is None else percent_text(worst[0], PLACES),
        worst_on=None if worst is None else worst[1],
    )


def _current(rate_e6: int, clean: Decimal) -> str:
    return percent_text(CONTEXT.divide(Decimal(rate_e6).scaleb(-4), clean), PLACES)


def _yield(basis: YieldBasis, clean: Decimal) -> Decimal | None:
    try:
        return yield_to_maturity(basis, clean)
    except ArithmeticError:
        # Out of range, or no day is counted to the date, as from a 30th to a 31st.
        return None


def _options(
    state: Overlay, instrument: Instrument, settlement: dt.date, clean: Decimal, outlook: Outlook
) -> Iterator[OptionYield]:
    terms = instrument.terms
    calendar = require(state, CALENDAR, terms.calendar_id).current
    called = state.get(CALLED, instrument.asset)
    sides: tuple[tuple[Literal["CALL", "PUT"], tuple[OptionDate, ...]], ...]
    sides = ((CALL, terms.calls), (PUT, terms.puts))
    for kind, listed in sides:
        for option in listed:
            if called is not None:
                counts = kind == CALL and option.date == called.date
            else:
                counts = last_day_of(option, terms, calendar) >= settlement
            if settlement < option.date < terms.maturity_date and counts:
                basis = _until(instrument, settlement, calendar, outlook, option)
                if basis is not None:
                    annual = _yield(basis, clean)
                    yield OptionYield(kind, option.date, option.price_e4, annual)


def _until(
    instrument: Instrument,
    settlement: dt.date,
    calendar: Calendar,
    outlook: Outlook,
    option: OptionDate,
) -> YieldBasis | None:
    """The bond that ends with an option; None: its date is no coupon date, nobody can use it."""
    terms = instrument.terms
    price = (option.price_e4, 10**4)
    if terms.freq:
        ends = [period.end for period in periods_of(terms)]
        if option.date not in ends:
            return None
        left = len(ends) - 1 - ends.index(option.date)
        outstanding = pool_factor_of(terms, option.date)
        bought = bought_factor_of(terms, calendar, settlement)
        return ending_early(outlook.basis, left, (price[0] * outstanding, price[1] * bought))
    schedule = msgspec.structs.replace(outlook.schedule, maturity_date=option.date)
    if terms.adjust_yield:
        schedule = adjusted_yield_terms(schedule, calendar, terms.bdc)
    basis = yield_basis(
        schedule,
        settlement,
        coupon_rate_e6=0,
        convention=terms.yield_daycount,
        compounding=terms.yield_compounding,
        last_period=terms.last_period,
    )
    if isinstance(basis, ScheduleFault):
        return None
    return ending_early(basis, 0, price, instead=True)
