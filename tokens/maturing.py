"""The end of an instrument: at its maturity, or on the date of a call of the whole (5.4).

Rules of this file:
1. What is redeemed is what exists when everything before it is done: records that wait for a
   fixing, calls and puts that are being paid.
2. From then on the asset admits redemption and control only; open batches are released first.
"""

import datetime as dt

from tokens.context import Context
from tokens.finance.accrual import FACTOR_ONE_E6
from tokens.finance.calendar import adjust
from tokens.issue_price import PAR_E4
from tokens.lookup import require
from tokens.posting import supply_of
from tokens.records.day import CALENDAR
from tokens.records.instruments import (
    ASSET,
    INSTRUMENT,
    LIVE_INSTRUMENTS,
    LIVE_INSTRUMENTS_MAX,
    OPEN_PAYMENTS,
    PAYMENT,
    Asset,
    Instrument,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.options import CALLED
from tokens.servicing import (
    end_if_done,
    last_date,
    open_payment,
    redemption_number,
    set_status,
)
from tokens.state import Overlay
from tokens.terms import pool_factor_of
from tokens.types import AssetStatus

OPTION_KINDS = (PaymentKind.PARTIAL_CALL, PaymentKind.PUT)
"""Payments that burn units before maturity. One that is not funded at maturity lapses: its units
are redeemed with the others, and money that comes for it later goes back."""


def mature(context: Context, on: dt.date) -> None:
    """At the opening of a date: what has come to its adjusted maturity only redeems."""
    state = context.state
    for asset in state.scan(ASSET, LIVE_INSTRUMENTS, limit=LIVE_INSTRUMENTS_MAX):
        if asset.status is AssetStatus.MATURED:
            continue
        instrument = require(state, INSTRUMENT, asset.id)
        terms = instrument.terms
        calendar = require(state, CALENDAR, terms.calendar_id).current
        last = last_date(state, instrument)
        if adjust(calendar, last, terms.bdc) > on:
            continue
        end = instrument.next_coupon_end
        if asset.status is AssetStatus.OUTSTANDING and end is not None and end <= last:
            continue  # its record waits for a fixing: units that are burned have no coupon
        if _is_burning(state, asset.id):
            continue  # a call or a put is being paid: what is redeemed is what it leaves
        _mature(context, asset, instrument, on)


def _is_burning(state: Overlay, asset_id: str) -> bool:
    owed = state.scan(PAYMENT, OPEN_PAYMENTS, (asset_id,), limit=LIVE_INSTRUMENTS_MAX)
    aside = (PaymentStatus.FUNDED, PaymentStatus.PAYING)
    return any(entry.kind in OPTION_KINDS and entry.status in aside for entry in owed)


def _mature(context: Context, asset: Asset, instrument: Instrument, on: dt.date) -> None:
    """At maturity, or on the date of a call: all units are redeemed at one price."""
    state = context.state
    if asset.status is not AssetStatus.OUTSTANDING:
        set_status(context, asset, AssetStatus.CANCELLED)
        return
    called = state.get(CALLED, asset.id)
    factor_e6 = pool_factor_of(instrument.terms, last_date(state, instrument))
    set_status(context, asset, AssetStatus.MATURED)
    open_payment(
        context,
        Payment(
            asset=asset.id,
            number=redemption_number(instrument),
            kind=PaymentKind.REDEMPTION,
            status=PaymentStatus.RECORD_TAKEN,
            record_date=on,
            payment_date=on,
            fraction=(factor_e6, FACTOR_ONE_E6),
            rate_e6=0,
            factor_e6=FACTOR_ONE_E6,
            price_e4=PAR_E4 if called is None else called.price_e4,
            record_no=0,
            recorded=supply_of(state, asset.id),
            required=0,
            paid=0,
            withheld=0,
            was_missed=False,
            paid_on=None,
        ),
    )
    end_if_done(context, asset.id)
