"""Marks at work: which one holds, whether it is fresh, what a holding is worth at it (5.6).

Rules of this file:
1. A mark holds from the open_day after it was set: nobody sees a price and acts on it in one block.
2. Age counts business days of the ledger's calendar after `for_date`. What is older than
   `mark_age_days` is stale, and nothing new rests on it.
3. Money counts at par. A clean mark gets the accrued interest of the business date; a value is
   rounded down once and stops at AMOUNT_LIMIT.
"""

import datetime as dt

from tokens.amount import mul_div_floor
from tokens.context import Context
from tokens.coupon_rates import accrued_at
from tokens.finance.calendar import is_business_day
from tokens.lookup import require, require_asset
from tokens.parameters import parameter
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.instruments import INSTRUMENT
from tokens.records.marks import ASSET_MARKS, Mark
from tokens.results import Code
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT, AssetKind

MONEY_KINDS = (AssetKind.MONEY, AssetKind.CASH)
"""At par by law: they have no mark."""

BPS = 10_000
VALUE_SCALE = 10**10
"""price_e4 per 100 of face (10^6), bps (10^4)."""


def mark_of(state: Overlay, asset: str) -> Mark | None:
    """The mark in force on the business date, fresh or stale; None before the first."""
    marks = state.get(ASSET_MARKS, asset)
    if marks is None:
        return None
    today = require(state, BUSINESS_DAY).date
    return marks.coming if marks.coming.effective <= today else marks.held


def fresh_mark(context: Context, asset: str) -> Mark | Code:
    """The mark in force, or MARK_STALE: there is none, or it is older than `mark_age_days`."""
    mark = mark_of(context.state, asset)
    if mark is None or is_stale(context.state, mark):
        return Code.MARK_STALE
    return mark


def is_stale(state: Overlay, mark: Mark) -> bool:
    """Whether more than `mark_age_days` business days have come after its date."""
    day = require(state, BUSINESS_DAY)
    calendar = require(state, CALENDAR, day.calendar).current
    left = parameter(state, "mark_age_days")
    step = day.date
    while step > mark.for_date:
        left -= is_business_day(calendar, step)
        if left < 0:
            return True
        step -= dt.timedelta(days=1)
    return False


def value_today_floor(state: Overlay, asset_id: str, amount: int, haircut_bps: int) -> int | Code:
    """Value of a holding at its fresh mark after a haircut, or MARK_STALE. Money needs no mark."""
    if require_asset(state, asset_id).kind in MONEY_KINDS:
        return mul_div_floor(amount, BPS - haircut_bps, BPS)
    mark = mark_of(state, asset_id)
    if mark is None or is_stale(state, mark):
        return Code.MARK_STALE
    return value_at_floor(state, mark, amount, haircut_bps)


def value_at_floor(state: Overlay, mark: Mark, amount: int, haircut_bps: int) -> int:
    """Value of a holding at a given mark, stale or not: the close-out of a default takes the last.

    One rational: (face x price_e4 + accrued x 10^6) x (10000 - haircut_bps) / 10^10. Accrued
    interest is itself an amount (RHU), as on an invoice.
    """
    scaled = amount * mark.price_e4 + _accrued(state, mark, amount) * 10**6
    return min(max(0, scaled) * (BPS - haircut_bps) // VALUE_SCALE, AMOUNT_LIMIT)


def _accrued(state: Overlay, mark: Mark, amount: int) -> int:
    """Accrued interest that a clean mark leaves out; 0 for what bears none."""
    instrument = None if mark.dirty else state.get(INSTRUMENT, mark.asset)
    if instrument is None:
        return 0
    return accrued_at(state, instrument, amount, require(state, BUSINESS_DAY).date) or 0
