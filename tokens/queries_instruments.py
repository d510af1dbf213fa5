"""Reads of instruments: terms, schedule with states, accrued interest, register of holders.

Rules of this file:
1. A query reads an overlay and changes nothing. What it may show to whom is decided at the RPC.
2. Lists are paged: `after` is the last key of the page before, `limit` at most PAGE_MAX.
"""

import datetime as dt
from typing import NamedTuple

from tokens.coupon_rates import accrued_at, consideration_at, rate_of_coupon
from tokens.finance.calendar import Calendar
from tokens.liens import HOLDERS
from tokens.lookup import require
from tokens.posting import available, supply_of
from tokens.records.day import CALENDAR
from tokens.records.documents import DOCUMENT, DOCUMENTS, DOCUMENTS_MAX, Document
from tokens.records.holdings import POSITION, Position
from tokens.records.instruments import (
    ASSET,
    INSTRUMENT,
    PAYMENT,
    Asset,
    Instrument,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.state import Overlay
from tokens.terms import (
    Consideration,
    coupon_factor_of,
    coupon_fraction_of,
    coupon_of,
    dates_of,
    maturity_of,
    periods_of,
    principal_at_maturity_of,
)

PAGE_MAX = 1_000
"""Entries of one page."""


class InstrumentView(NamedTuple):
    """An instrument as it stands."""

    asset: Asset
    instrument: Instrument
    supply: int
    """Minor units of face."""
    documents: tuple[Document, ...]


class ScheduleEntry(NamedTuple):
    """One payment of an instrument, past or to come."""

    number: int
    kind: PaymentKind
    status: PaymentStatus
    accrual_start: dt.date
    accrual_end: dt.date
    """Unadjusted coupon date."""
    record_date: dt.date
    payment_date: dt.date
    per_denomination: int | None
    """Coupon of one denomination in minor units, rounded down; None while its rate is not fixed.
    Redemption: its face, less what was repaid before."""
    payment: Payment | None
    """What the ledger knows since the record; None while SCHEDULED."""


class Holder(NamedTuple):
    """One line of the register."""

    account: bytes
    balance: int
    available: int


def instrument_view(state: Overlay, asset_id: str) -> InstrumentView | None:
    """The instrument, or None."""
    asset = state.get(ASSET, asset_id)
    instrument = state.get(INSTRUMENT, asset_id)
    if asset is None or instrument is None:
        return None
    documents = state.scan(DOCUMENT, DOCUMENTS, (asset_id,), limit=DOCUMENTS_MAX)
    return InstrumentView(asset, instrument, supply_of(state, asset_id), tuple(documents))


def schedule_view(state: Overlay, asset_id: str) -> tuple[ScheduleEntry, ...] | None:
    """All coupons and the redemption; dates of coupons to come follow today's calendar."""
    instrument = state.get(INSTRUMENT, asset_id)
    if instrument is None:
        return None
    calendar = _calendar(state, instrument)
    count = len(periods_of(instrument.terms))
    entries = [_coupon(state, instrument, calendar, number) for number in range(1, count + 1)]
    return (*entries, _redemption(state, instrument, calendar, count + 1))


def accrued_view(state: Overlay, asset_id: str, quantity: int, settlement: dt.date) -> int | None:
    """Accrued interest in minor units, signed; None if unknown or outside of its life."""
    instrument = state.get(INSTRUMENT, asset_id)
    if instrument is None:
        return None
    return accrued_at(state, instrument, quantity, settlement)


def consideration_view(
    state: Overlay, asset_id: str, quantity: int, price_e4: int, settlement: dt.date
) -> Consideration | None:
    """Principal and accrued of a trade at a clean price, for the payment leg of a batch."""
    instrument = state.get(INSTRUMENT, asset_id)
    if instrument is None:
        return None
    return consideration_at(state, instrument, quantity, price_e4, settlement)


def register_view(
    state: Overlay, asset_id: str, after: bytes | None, limit: int
) -> tuple[Holder, ...]:
    """Holders of an asset in order of account id, without those that hold nothing any more."""
    found: list[Holder] = []
    wanted = min(limit, PAGE_MAX)
    while len(found) < wanted:
        start = None if after is None else (asset_id, after)
        page = state.scan(POSITION, HOLDERS, (asset_id,), after=start, limit=PAGE_MAX)
        found += [_holder(position) for position in page if position.balance]
        if len(page) < PAGE_MAX:
            break
        after = page[-1].account
    return tuple(found[:wanted])


def _holder(position: Position) -> Holder:
    return Holder(position.account, position.balance, available(position))


def _calendar(state: Overlay, instrument: Instrument) -> Calendar:
    return require(state, CALENDAR, instrument.terms.calendar_id).current


def _coupon(
    state: Overlay, instrument: Instrument, calendar: Calendar, number: int
) -> ScheduleEntry:
    period = periods_of(instrument.terms)[number - 1]
    dates = dates_of(instrument.terms, calendar, period.end)
    payment = state.get(PAYMENT, instrument.asset, number)
    fraction = (
        coupon_fraction_of(instrument.terms, calendar, number)
        if payment is None
        else payment.fraction
    )
    rate = rate_of_coupon(state, instrument, number)
    return ScheduleEntry(
        number=number,
        kind=PaymentKind.COUPON,
        status=PaymentStatus.SCHEDULED if payment is None else payment.status,
        accrual_start=period.start,
        accrual_end=period.end,
        record_date=dates.record_date if payment is None else payment.record_date,
        payment_date=dates.payment_date if payment is None else payment.payment_date,
        per_denomination=None
        if rate is None
        else coupon_of(
            fraction,
            instrument.terms.denomination,
            rate_e6=rate,
            factor_e6=coupon_factor_of(instrument.terms, number),
        ),
        payment=payment,
    )


def _redemption(
    state: Overlay, instrument: Instrument, calendar: Calendar, number: int
) -> ScheduleEntry:
    terms = instrument.terms
    payment = state.get(PAYMENT, instrument.asset, number)
    matures = maturity_of(terms, calendar)
    return ScheduleEntry(
        number=number,
        kind=PaymentKind.REDEMPTION,
        status=PaymentStatus.SCHEDULED if payment is None else payment.status,
        accrual_start=terms.maturity_date,
        accrual_end=terms.maturity_date,
        record_date=matures if payment is None else payment.record_date,
        payment_date=matures if payment is None else payment.payment_date,
        per_denomination=principal_at_maturity_of(terms, terms.denomination),
        payment=payment,
    )
