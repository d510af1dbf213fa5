"""The rate of a coupon, wherever it comes from: the terms, or a fixing (5.3).

Rule of this file: None means "not fixed yet". The record of such a coupon is not taken
(FIXING_MISSING blocks that step, not the chain); nobody puts a guess in its place.
"""

import datetime as dt

from tokens.lookup import require
from tokens.records.day import CALENDAR
from tokens.records.instruments import Instrument
from tokens.records.rates import COUPON_FIXING
from tokens.state import Overlay
from tokens.terms import Consideration, accrued_of, accruing_on, consideration_of


def rate_of_coupon(state: Overlay, instrument: Instrument, number: int) -> int | None:
    """Annual rate x 10^6 of coupon `number` (from 1), or None if it is not fixed yet."""
    if instrument.terms.floating is None or number == 1:
        return instrument.terms.coupon_rate_e6
    fixing = state.get(COUPON_FIXING, instrument.asset, number)
    return None if fixing is None else fixing.rate_e6


def rate_on(state: Overlay, instrument: Instrument, day: dt.date) -> int | None:
    """Annual rate x 10^6 of the coupon that accrues on a day; None: none does, or it is unfixed."""
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    accruing = accruing_on(instrument.terms, calendar, day)
    return None if accruing is None else rate_of_coupon(state, instrument, accruing.number)


def accrued_at(
    state: Overlay, instrument: Instrument, quantity: int, settlement: dt.date
) -> int | None:
    """Accrued interest of a quantity on a date, RHU, signed; None out of its life or unfixed."""
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    rate = rate_on(state, instrument, settlement)
    return accrued_of(instrument.terms, calendar, quantity, settlement, rate)


def consideration_at(
    state: Overlay, instrument: Instrument, quantity: int, price_e4: int, settlement: dt.date
) -> Consideration | None:
    """What a trade at a clean price costs; None outside of the instrument's life or unfixed."""
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    rate = rate_on(state, instrument, settlement)
    return consideration_of(instrument.terms, calendar, quantity, price_e4, settlement, rate)
