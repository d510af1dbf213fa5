"""instrument_*: terms, schedule, accrued interest, price and yield, fixings, register."""

import datetime
from decimal import Decimal

from node.rpc.errors import RpcCode, RpcError
from node.rpc.instruments import require_instrument, schedule
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.methods.asset import positions_page
from node.rpc.option_yields import yields_beside
from node.rpc.quotes import PLACES, NoQuote, Quote, price_of, yield_of
from node.sdk.schema import asset as schema
from node.sdk.schema.common import Page
from tokens.coupon_rates import accrued_at
from tokens.finance.bond_yield import percent_text
from tokens.finance.schedule import PERIODS_MAX
from tokens.records.day import BUSINESS_DAY
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.records.kind import Key, Kind
from tokens.records.rates import COUPON_FIXING, COUPON_FIXINGS, CouponFixing


def get(call: Call, params: schema.AssetParams) -> Instrument:
    """Terms, and how far its life has come."""
    return require_instrument(call, params.asset)


def get_schedule(call: Call, params: schema.AssetParams) -> tuple[schema.ScheduledPayment, ...]:
    """All payments in order, paid and to come."""
    return tuple(schedule(call, require_instrument(call, params.asset)))


def get_accrued(call: Call, params: schema.AccruedParams) -> schema.Accrued:
    """Interest accrued on a face amount at a value date."""
    instrument = require_instrument(call, params.asset)
    value_date = _value_date(call, params.on)
    amount = accrued_at(call.state, instrument, params.face, value_date)
    if amount is None:
        raise RpcError(RpcCode.INVALID_INPUT, "params.on: a date in the life of the instrument")
    return schema.Accrued(
        asset=instrument.asset,
        face=params.face,
        on=value_date,
        amount=str(amount),
        settlement_asset=instrument.terms.settlement_asset,
    )


def _value_date(call: Call, on: datetime.date | None) -> datetime.date:
    """The date asked for, else the business date."""
    if on is not None:
        return on
    day = call.state.get(BUSINESS_DAY)
    if day is None:
        raise RpcError(RpcCode.UNAVAILABLE, "the ledger has no business day yet")
    return day.date


def get_price(call: Call, params: schema.PriceParams) -> schema.InstrumentQuote:
    """Clean price at a yield to maturity."""
    instrument = require_instrument(call, params.asset)
    value_date = _value_date(call, params.on)
    annual = Decimal(params.yield_percent).scaleb(-2)
    try:
        quote = price_of(call.state, instrument, value_date, annual)
    except NoQuote as fault:
        raise RpcError(RpcCode.INVALID_INPUT, f"params.on: {fault}") from fault
    except ArithmeticError as fault:
        raise RpcError(RpcCode.INVALID_INPUT, "params.yieldPercent: it gives no price") from fault
    return _quoted(call, instrument, value_date, quote)


def get_yield(call: Call, params: schema.YieldParams) -> schema.InstrumentQuote:
    """Yield to maturity at a clean price."""
    instrument = require_instrument(call, params.asset)
    value_date = _value_date(call, params.on)
    try:
        quote = yield_of(call.state, instrument, value_date, Decimal(params.price))
    except NoQuote as fault:
        raise RpcError(RpcCode.INVALID_INPUT, f"params.on: {fault}") from fault
    except ArithmeticError as fault:
        raise RpcError(RpcCode.INVALID_INPUT, "params.price: no yield gives it") from fault
    return _quoted(call, instrument, value_date, quote)


def _quoted(
    call: Call, instrument: Instrument, on: datetime.date, quote: Quote
) -> schema.InstrumentQuote:
    others = yields_beside(call.state, instrument, on, quote)
    return schema.InstrumentQuote(
        asset=instrument.asset,
        on=on,
        price=quote.clean,
        accrued=quote.accrued,
        yield_percent=quote.yield_percent,
        current_yield_percent=others.current_percent,
        to_options=tuple(
            schema.OptionYield(
                kind=one.kind,
                date=one.date,
                price_e4=one.price_e4,
                yield_percent=None if one.annual is None else percent_text(one.annual, PLACES),
            )
            for one in others.options
        ),
        worst_percent=others.worst_percent,
        worst_on=others.worst_on,
    )


def get_fixings(call: Call, params: schema.AssetParams) -> tuple[CouponFixing, ...]:
    """Rates fixed so far, in the order of coupons."""
    instrument = require_instrument(call, params.asset)
    found = call.state.scan(COUPON_FIXING, COUPON_FIXINGS, (instrument.asset,), limit=PERIODS_MAX)
    return tuple(found)


def get_register(call: Call, params: schema.AssetListParams) -> Page[schema.RegisterEntry]:
    """Who holds it, and who held it at the last record."""
    require_instrument(call, params.asset)
    records, following, pinned = positions_page(call, params)
    items = [
        schema.RegisterEntry(
            account=position.account,
            balance=position.balance,
            record_no=position.record_no,
            record_quantity=position.record_quantity,
        )
        for position in records
    ]
    return Page(items=tuple(items), next=following, pinned_height=pinned)


def _instrument_key(params: schema.AssetParams) -> tuple[Kind, Key]:
    return INSTRUMENT, (params.asset,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "instrument_get",
        schema.AssetParams,
        Instrument,
        READ,
        get,
        "Terms of an instrument, and how far its life has come.",
        reads=STATE,
        proves=_instrument_key,
    ),
    method(
        "instrument_getSchedule",
        schema.AssetParams,
        tuple[schema.ScheduledPayment, ...],
        READ,
        get_schedule,
        "All payments in order, paid and to come.",
        reads=STATE,
    ),
    method(
        "instrument_getAccrued",
        schema.AccruedParams,
        schema.Accrued,
        READ,
        get_accrued,
        "Interest accrued on a face amount at a value date.",
        reads=STATE,
    ),
    method(
        "instrument_getPrice",
        schema.PriceParams,
        schema.InstrumentQuote,
        READ,
        get_price,
        "Clean price at a yield to maturity.",
        reads=STATE,
    ),
    method(
        "instrument_getYield",
        schema.YieldParams,
        schema.InstrumentQuote,
        READ,
        get_yield,
        "Yields at a clean price: to maturity, to each call and put, to worst, current.",
        reads=STATE,
    ),
    method(
        "instrument_getFixings",
        schema.AssetParams,
        tuple[CouponFixing, ...],
        READ,
        get_fixings,
        "Rates of floating coupons that are fixed, with their sources.",
        reads=STATE,
    ),
    method(
        "instrument_getRegister",
        schema.AssetListParams,
        Page[schema.RegisterEntry],
        READ,
        get_register,
        "Who holds it, and who held it at the last record.",
        reads=STATE,
    ),
)
