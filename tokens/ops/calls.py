"""Calls: the issuer gives notice, of the whole or of a part (5.4)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens.context import Context
from tokens.events import InstrumentCalled
from tokens.finance.accrual import FACTOR_ONE_E6
from tokens.finance.calendar import adjust
from tokens.lookup import require, require_asset
from tokens.options import last_day_of, option_of
from tokens.posting import supply_of
from tokens.records.day import CALENDAR
from tokens.records.instruments import (
    CALL_BASE,
    INSTRUMENT,
    PAYMENT,
    Instrument,
    OptionDate,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.options import CALLED, Called
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.servicing import open_payment
from tokens.state import Overlay
from tokens.terms import periods_of, pool_factor_of
from tokens.types import AssetId, AssetStatus, OperationClass, PositiveAmount


class CallInstrument(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=241,
):
    """Give notice of a call; it cannot be taken back. By treasury and central bank.

    The whole: the instrument matures on the call date, at the call price. A part: on that date each
    holder gives up its share, rounded down to the increment, the rest by largest remainder.
    """

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    date: dt.date
    """A call date of the terms, unadjusted; a coupon date where there are coupons."""
    face: PositiveAmount | None
    """Minor units of face, a multiple of the increment, less than the supply; None = the whole."""


def check_call(context: Context, operation: CallInstrument) -> Iterator[Refusal]:
    """A call date of the terms, in time, and no record that speaks of another course."""
    state = context.state
    instrument = state.get(INSTRUMENT, operation.asset)
    if instrument is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    asset = require_asset(state, operation.asset)
    if asset.status is not AssetStatus.OUTSTANDING:
        yield Refusal(Code.WRONG_STATUS)
    found = option_of(instrument.terms.calls, operation.date)
    if found is None:
        yield Refusal(Code.NO_SUCH_OPTION)
        return
    number, option = found
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    if context.business_date > last_day_of(option, instrument.terms, calendar):
        yield Refusal(Code.NOTICE_TOO_SHORT)
    partly = state.get(PAYMENT, operation.asset, CALL_BASE + number) is not None
    if partly or state.get(CALLED, operation.asset) is not None:
        yield Refusal(Code.ALREADY_CALLED)
    yield from _schedule_refusals(instrument, operation)
    yield from _face_refusals(state, operation, asset.increment)


def _schedule_refusals(instrument: Instrument, operation: CallInstrument) -> Iterator[Refusal]:
    """Interest is paid up to the call: the date is that of a coupon, and no later one is owed."""
    ends = [period.end for period in periods_of(instrument.terms)]
    if ends and operation.date not in ends:
        yield Refusal(Code.BAD_DATE)
    taken = ends[: instrument.next_coupon - 1]
    if operation.face is None and taken and taken[-1] > operation.date:
        yield Refusal(Code.SCHEDULE_CHANGED_AFTER_RECORD)


def _face_refusals(state: Overlay, operation: CallInstrument, increment: int) -> Iterator[Refusal]:
    if operation.face is None:
        return
    if operation.face % increment:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    if operation.face >= supply_of(state, operation.asset):
        yield Refusal(Code.BAD_FIELD)


def apply_call(context: Context, operation: CallInstrument) -> None:
    """An end of the whole, or a payment that waits for its date."""
    state = context.state
    instrument = require(state, INSTRUMENT, operation.asset)
    found = option_of(instrument.terms.calls, operation.date)
    if found is None:
        return
    number, option = found
    if operation.face is None:
        state.put(
            CALLED,
            Called(asset=operation.asset, date=operation.date, price_e4=option.price_e4),
        )
    else:
        _open_part(context, instrument, CALL_BASE + number, option, operation.face)
    context.emit(
        InstrumentCalled(
            asset=operation.asset,
            date=operation.date,
            face=operation.face or 0,
            price_e4=option.price_e4,
        )
    )


def _open_part(
    context: Context, instrument: Instrument, number: int, option: OptionDate, face: int
) -> None:
    calendar = require(context.state, CALENDAR, instrument.terms.calendar_id).current
    open_payment(
        context,
        Payment(
            asset=instrument.asset,
            number=number,
            kind=PaymentKind.PARTIAL_CALL,
            status=PaymentStatus.RECORD_TAKEN,
            record_date=context.business_date,
            payment_date=adjust(calendar, option.date, instrument.terms.bdc),
            fraction=(pool_factor_of(instrument.terms, option.date), FACTOR_ONE_E6),
            rate_e6=0,
            factor_e6=FACTOR_ONE_E6,
            price_e4=option.price_e4,
            record_no=0,
            recorded=face,
            required=0,
            paid=0,
            withheld=0,
            was_missed=False,
            paid_on=None,
        ),
    )


CALL_INSTRUMENT = OperationSpec(
    operation=CallInstrument,
    name="call_instrument",
    family="calls",
    operation_class=OperationClass.SERVICE,
    check=check_call,
    apply=apply_call,
    approval="instrument",
    codes=(
        Code.UNKNOWN_ASSET,
        Code.WRONG_STATUS,
        Code.NO_SUCH_OPTION,
        Code.NOTICE_TOO_SHORT,
        Code.ALREADY_CALLED,
        Code.BAD_DATE,
        Code.SCHEDULE_CHANGED_AFTER_RECORD,
        Code.DENOM_NOT_MULTIPLE,
        Code.BAD_FIELD,
    ),
)
