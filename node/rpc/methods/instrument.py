"""instrument_*: terms, schedule, accrued interest, register."""

from node.rpc.errors import RpcCode, RpcError
from node.rpc.instruments import require_instrument, schedule
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.methods.asset import positions_page
from node.sdk.schema import asset as schema
from node.sdk.schema.common import Page
from tokens.coupon_rates import accrued_at
from tokens.records.day import BUSINESS_DAY
from tokens.records.instruments import INSTRUMENT, Instrument
from tokens.records.kind import Key, Kind


def get(call: Call, params: schema.AssetParams) -> Instrument:
    """Terms, and how far its life has come."""
    return require_instrument(call, params.asset)


def get_schedule(call: Call, params: schema.AssetParams) -> tuple[schema.ScheduledPayment, ...]:
    """All payments in order, paid and to come."""
    return tuple(schedule(call, require_instrument(call, params.asset)))


def get_accrued(call: Call, params: schema.AccruedParams) -> schema.Accrued:
    """Interest accrued on a face amount at a value date."""
    instrument = require_instrument(call, params.asset)
    value_date = params.on
    if value_date is None:
        day = call.state.get(BUSINESS_DAY)
        if day is None:
            raise RpcError(RpcCode.UNAVAILABLE, "the ledger has no business day yet")
        value_date = day.date
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
        "instrument_getRegister",
        schema.AssetListParams,
        Page[schema.RegisterEntry],
        READ,
        get_register,
        "Who holds it, and who held it at the last record.",
        reads=STATE,
    ),
)
