"""Reference rates on the ledger: what auctions and mark sources say, read by fixings (5.3).

Rules of this file:
1. A rate belongs to a name and a date. The latest auction of a date stands for it.
2. An auction that was rejected or had no bids says so by a rate of None: who reads it goes to the
   fallback, and not to the auction before.
3. An average is over whole working days: if one of them has no rate, there is no average.
"""

import datetime as dt
from typing import NamedTuple

from tokens.amount import mul_div_half_up
from tokens.context import Context
from tokens.events import ReferenceRateSet
from tokens.finance.calendar import DATE_MAX, Calendar, add_business_days
from tokens.records.rates import (
    REFERENCE_RATE,
    REFERENCE_RATES,
    RateOrigin,
    ReferenceRate,
    rate_order,
)
from tokens.state import Overlay

AVERAGE_DAYS = 5
"""Working days of the fallback: those before the reset date (SBP, floating-rate PIBs)."""

_DAY = dt.timedelta(days=1)


class Average(NamedTuple):
    """Of a mark over working days."""

    rate_e6: int
    """Rounded half up, once."""
    last: ReferenceRate
    """The newest of the rates that went into it."""


def publish_rate(
    context: Context, name: str, date: dt.date, rate_e6: int | None, source: str
) -> None:
    """Keep the weighted average yield of an auction under the name of its tenor. Cannot fail.

    `name` is the tenor's, for example `mtb-182d`; `date` the auction's, at most the business date;
    `rate_e6` an annual fraction x 10^6, None if the auction was rejected or had no bids; `source`
    the id of the auction, 1..140 characters: fixings carry it.
    """
    put_rate(
        context,
        ReferenceRate(
            name=name, date=date, rate_e6=rate_e6, origin=RateOrigin.AUCTION, source=source
        ),
    )


def put_rate(context: Context, rate: ReferenceRate) -> None:
    """Write a rate and tell it."""
    context.state.put(REFERENCE_RATE, rate)
    context.emit(
        ReferenceRateSet(name=rate.name, date=rate.date, rate_e6=rate.rate_e6, source=rate.source)
    )


def latest_rate(state: Overlay, name: str, on: dt.date) -> ReferenceRate | None:
    """The newest record of a name at or before a date, a rejected auction's too; or None."""
    after = rate_order(name, on + _DAY) if on < DATE_MAX else None
    found = state.scan(REFERENCE_RATE, REFERENCE_RATES, (name,), after=after, limit=1)
    return found[0] if found else None


def average_half_up(
    state: Overlay, calendar: Calendar, name: str, before: dt.date
) -> Average | None:
    """Average of a name over the last AVERAGE_DAYS working days before a date, or None.

    Not of the date itself: its marks are made at its end.
    """
    rates: list[ReferenceRate] = []
    for back in range(1, AVERAGE_DAYS + 1):
        day = add_business_days(calendar, before, -back)
        rate = state.get(REFERENCE_RATE, name, day.toordinal())
        if rate is None or rate.rate_e6 is None:
            return None
        rates.append(rate)
    total = sum(rate.rate_e6 for rate in rates if rate.rate_e6 is not None)
    return Average(mul_div_half_up(total, 1, AVERAGE_DAYS), rates[0])
