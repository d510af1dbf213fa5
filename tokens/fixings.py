"""Fixing the coupon rates of floaters: benchmark plus margin, not below zero (5.3).

Rules of this file:
1. A rate is due on its reset date and looks at reference rates of dates before it. So an auction of
   the same day changes nothing, and a late fixing gives the same rate as one in time.
2. The agenda fixes, from the approval of an instrument to its last coupon. What it cannot fix it
   tells (FixingMissed) and tries again each business date; `fix_coupon` does the same at once.
3. A fixing never changes. A coupon without one has no rate: its record waits, the chain does not.
"""

import datetime as dt
from typing import NamedTuple

import msgspec

from tokens import agenda, reserve
from tokens.agenda import AgendaHandler, Step, item_for
from tokens.codec import encode
from tokens.context import Context
from tokens.events import CouponFixed, FixingMissed
from tokens.finance.calendar import Calendar, add_business_days
from tokens.lookup import require, require_asset
from tokens.records.day import CALENDAR
from tokens.records.instruments import INSTRUMENT, FloatTerms, Instrument, InstrumentTerms
from tokens.records.rates import COUPON_FIXING, CouponFixing, ReferenceRate
from tokens.records.system import AgendaItem
from tokens.reference_rates import average_half_up, latest_rate
from tokens.state import Overlay
from tokens.terms import periods_of
from tokens.types import AgendaClass, AssetStatus

FIXING_HANDLER = "coupon_fixing"
FIRST_FIXED = 2
"""The first coupon whose rate is fixed: that of coupon 1 stands in the terms."""
ENDED = (AssetStatus.REDEEMED, AssetStatus.CANCELLED)

_ITEM = b"mohur/fixing/v1"
_DAY = dt.timedelta(days=1)
_subject = msgspec.msgpack.Decoder(tuple[str, int])


class Found(NamedTuple):
    """What a coupon is fixed on."""

    rate_e6: int
    """Of the reference, without the margin."""
    reference: ReferenceRate
    """The rate itself, or the newest one of an average."""


def reset_date_of(terms: InstrumentTerms, calendar: Calendar, number: int) -> dt.date:
    """Date on which the rate of coupon `number` (from 2) is due.

    So many business days before the first day of the period, which counts as the business day on
    or after it.
    """
    start = add_business_days(calendar, periods_of(terms)[number - 1].start, 0)
    offset = 0 if terms.floating is None else terms.floating.reset_offset_bd
    return add_business_days(calendar, start, -offset)


def find_reference(
    state: Overlay, calendar: Calendar, floating: FloatTerms, reset: dt.date
) -> Found | None:
    """The latest benchmark; where its auction gave none, the average of the fallback; or None."""
    latest = latest_rate(state, floating.benchmark, reset - _DAY)
    if latest is not None and latest.rate_e6 is not None:
        return Found(latest.rate_e6, latest)
    average = average_half_up(state, calendar, floating.fallback, reset)
    return None if average is None else Found(average.rate_e6, average.last)


def fix(context: Context, instrument: Instrument, number: int) -> bool:
    """Fix a coupon that is due. False, and nothing happened, if there is no reference rate."""
    state, terms = context.state, instrument.terms
    calendar = require(state, CALENDAR, terms.calendar_id).current
    if terms.floating is None:
        return False
    reset = reset_date_of(terms, calendar, number)
    found = find_reference(state, calendar, terms.floating, reset)
    if found is None:
        return False
    fixing = CouponFixing(
        asset=instrument.asset,
        number=number,
        rate_e6=max(0, found.rate_e6 + terms.floating.margin_e6),
        reference=found.reference.name,
        reference_rate_e6=found.rate_e6,
        reference_date=found.reference.date,
        source=found.reference.source,
        reset_date=reset,
        fixed_on=context.business_date,
    )
    state.put(COUPON_FIXING, fixing)
    reserve.review_all(context)  # its interest counts in a reserve from now on
    context.emit(
        CouponFixed(
            asset=fixing.asset,
            number=fixing.number,
            rate_e6=fixing.rate_e6,
            reference=fixing.reference,
            reference_rate_e6=fixing.reference_rate_e6,
            source=fixing.source,
        )
    )
    return True


def schedule_fixings(context: Context, asset: str) -> None:
    """At approval: the first coupon whose record is to come and whose rate is not in the terms."""
    instrument = require(context.state, INSTRUMENT, asset)
    if instrument.terms.floating is not None:
        _schedule(context, instrument, max(FIRST_FIXED, instrument.next_coupon))


def _schedule(context: Context, instrument: Instrument, number: int) -> None:
    """Put a coupon's fixing on the agenda, if there is such a coupon."""
    if number > len(periods_of(instrument.terms)):
        return
    calendar = require(context.state, CALENDAR, instrument.terms.calendar_id).current
    _put(context, instrument.asset, number, reset_date_of(instrument.terms, calendar, number))


def _put(context: Context, asset: str, number: int, due_on: dt.date) -> None:
    item = item_for(
        encode((asset, number)),
        handler=FIXING_HANDLER,
        domain=_ITEM,
        due_on=due_on,
        item_class=AgendaClass.FIXING,
    )
    agenda.schedule(context.state, item)


def run_fixing(context: Context, item: AgendaItem, quota: int) -> Step:
    """Fix one coupon and put the next one on the agenda; wait where holidays moved the date."""
    del quota  # one coupon costs one posting
    asset, number = _subject.decode(item.subject)
    instrument = require(context.state, INSTRUMENT, asset)
    if require_asset(context.state, asset).status in ENDED:
        return Step(1, None)
    calendar = require(context.state, CALENDAR, instrument.terms.calendar_id).current
    reset = reset_date_of(instrument.terms, calendar, number)
    if context.state.get(COUPON_FIXING, asset, number) is not None:
        _schedule(context, instrument, number + 1)
    elif reset > context.business_date:
        _put(context, asset, number, reset)
    elif fix(context, instrument, number):
        _schedule(context, instrument, number + 1)
    else:
        context.emit(FixingMissed(asset=asset, number=number, reset_date=reset))
        _put(context, asset, number, context.business_date + _DAY)
    return Step(1, None)


FIXING_AGENDA = AgendaHandler(name=FIXING_HANDLER, family="rates", run=run_fixing)
