"""Reference rates by mark sources, and fixings that the agenda could not make (5.3)."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens.authority import has_role
from tokens.context import Context
from tokens.finance.calendar import DATE_MIN
from tokens.fixings import FIRST_FIXED, find_reference, fix, reset_date_of
from tokens.lookup import require, require_asset
from tokens.records.day import CALENDAR
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.records.rates import COUPON_FIXING, REFERENCE_RATE, RateOrigin, ReferenceRate
from tokens.reference_rates import latest_rate, put_rate
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.terms import periods_of
from tokens.types import AssetId, AssetStatus, Count, OperationClass, RateE6, Role, Symbol, Text

RATES_MAX = 64
"""Rates of one operation."""


class RateEntry(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The rate of one name and date."""

    name: Symbol
    """For example pkrv-182d."""
    date: dt.date
    """At most the business date."""
    rate_e6: RateE6
    """Annual fraction x 10^6."""


class SetReferenceRates(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=79,
):
    """Publish reference rates. By a mark source, under approval; what is published stays.

    A name whose latest rate came from an auction is the auction's alone.
    """

    rates: Annotated[tuple[RateEntry, ...], msgspec.Meta(min_length=1, max_length=RATES_MAX)]
    """Strictly ascending by (name, date), 1..64."""
    source: Text
    """Where they were published."""


class FixCoupon(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=80,
):
    """Fix the rate of a floating coupon that the agenda could not fix. By issuer or CENTRAL_BANK.

    The ledger computes the rate; nobody can name it.
    """

    asset: AssetId
    """ISIN."""
    coupon: Count
    """Number, from 2."""


def check_rates(context: Context, operation: SetReferenceRates) -> Iterator[Refusal]:
    """A mark source, dates that have come, names that are no auction's, nothing twice."""
    if not has_role(context, Role.MARK_SOURCE):
        yield Refusal(Code.ROLE_REQUIRED)
    places = [(entry.name, entry.date) for entry in operation.rates]
    if any(first >= second for first, second in pairwise(places)):
        yield Refusal(Code.BAD_FIELD)
    if any(not DATE_MIN <= entry.date <= context.business_date for entry in operation.rates):
        yield Refusal(Code.BAD_DATE)
    for name in dict.fromkeys(entry.name for entry in operation.rates):
        latest = latest_rate(context.state, name, context.business_date)
        if latest is not None and latest.origin is RateOrigin.AUCTION:
            yield Refusal(Code.RATE_OF_AUCTION)
    for entry in operation.rates:
        if context.state.get(REFERENCE_RATE, entry.name, entry.date.toordinal()) is not None:
            yield Refusal(Code.ALREADY_EXISTS)


def apply_rates(context: Context, operation: SetReferenceRates) -> None:
    """One record each. Fixings that wait find them on the next business date, or by fix_coupon."""
    for entry in operation.rates:
        rate = ReferenceRate(
            name=entry.name,
            date=entry.date,
            rate_e6=entry.rate_e6,
            origin=RateOrigin.MARK,
            source=operation.source,
        )
        put_rate(context, rate)


def check_fix(context: Context, operation: FixCoupon) -> Iterator[Refusal]:
    """A floating coupon whose reset date has come, and a reference rate for it."""
    instrument = context.state.get(INSTRUMENT, operation.asset)
    if instrument is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    asset = require_asset(context.state, operation.asset)
    is_issuer = asset.issuer in context.actors.participants
    if not is_issuer and not has_role(context, Role.CENTRAL_BANK):
        yield Refusal(Code.NOT_AUTHORISED)
    if asset.status not in (AssetStatus.APPROVED, AssetStatus.OUTSTANDING, AssetStatus.MATURED):
        yield Refusal(Code.WRONG_STATUS)
    last = len(periods_of(instrument.terms)) if instrument.terms.floating is not None else 0
    if not FIRST_FIXED <= operation.coupon <= last:
        yield Refusal(Code.BAD_FIELD)
    elif context.state.get(COUPON_FIXING, operation.asset, operation.coupon) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    else:
        yield from _check_reference(context, instrument, operation.coupon)


def _check_reference(context: Context, instrument: Instrument, number: int) -> Iterator[Refusal]:
    calendar = require(context.state, CALENDAR, instrument.terms.calendar_id).current
    reset = reset_date_of(instrument.terms, calendar, number)
    if reset > context.business_date:
        yield Refusal(Code.TOO_EARLY)
    floating = instrument.terms.floating
    if floating is None or find_reference(context.state, calendar, floating, reset) is None:
        yield Refusal(Code.FIXING_MISSING)


def apply_fix(context: Context, operation: FixCoupon) -> None:
    """As the agenda would have done; its item finds the coupon fixed and goes on to the next."""
    fix(context, require(context.state, INSTRUMENT, operation.asset), operation.coupon)


SET_REFERENCE_RATES = OperationSpec(
    operation=SetReferenceRates,
    name="set_reference_rates",
    family="rates",
    operation_class=OperationClass.GOVERN,
    check=check_rates,
    apply=apply_rates,
    approval="marks",
    codes=(
        Code.ROLE_REQUIRED,
        Code.BAD_FIELD,
        Code.BAD_DATE,
        Code.RATE_OF_AUCTION,
        Code.ALREADY_EXISTS,
    ),
)

FIX_COUPON = OperationSpec(
    operation=FixCoupon,
    name="fix_coupon",
    family="rates",
    operation_class=OperationClass.SERVICE,
    check=check_fix,
    apply=apply_fix,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.NOT_AUTHORISED,
        Code.WRONG_STATUS,
        Code.BAD_FIELD,
        Code.ALREADY_EXISTS,
        Code.TOO_EARLY,
        Code.FIXING_MISSING,
    ),
)
