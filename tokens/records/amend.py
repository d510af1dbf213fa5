"""Typed updates of records with many fields: a new value that differs in the named ones."""

import datetime as dt

import msgspec

from tokens.records.instruments import Asset, Instrument, InstrumentTerms, Payment, PaymentStatus
from tokens.records.system import AgendaItem
from tokens.types import AssetStatus


def with_asset(
    asset: Asset,
    *,
    name: str | None = None,
    status: AssetStatus | None = None,
    flags: int | None = None,
    paused: int | None = None,
    kyc_tier_min: int | None = None,
    record_no: int | None = None,
    unpaid_record: int | None = None,
) -> Asset:
    """The asset with what is not None changed."""
    return msgspec.structs.replace(
        asset,
        name=asset.name if name is None else name,
        status=asset.status if status is None else status,
        flags=asset.flags if flags is None else flags,
        paused=asset.paused if paused is None else paused,
        kyc_tier_min=asset.kyc_tier_min if kyc_tier_min is None else kyc_tier_min,
        record_no=asset.record_no if record_no is None else record_no,
        unpaid_record=asset.unpaid_record if unpaid_record is None else unpaid_record,
    )


def with_next_coupon(instrument: Instrument, number: int, end: dt.date | None) -> Instrument:
    """The instrument after the record of coupon number - 1."""
    return msgspec.structs.replace(instrument, next_coupon=number, next_coupon_end=end)


def with_terms(instrument: Instrument, terms: InstrumentTerms) -> Instrument:
    """The instrument under amended terms."""
    return msgspec.structs.replace(instrument, terms=terms)


def with_payment(
    payment: Payment,
    *,
    status: PaymentStatus | None = None,
    paid: int | None = None,
    withheld: int | None = None,
    was_missed: bool | None = None,
    paid_on: dt.date | None = None,
) -> Payment:
    """The payment with what is not None changed."""
    return msgspec.structs.replace(
        payment,
        status=payment.status if status is None else status,
        paid=payment.paid if paid is None else paid,
        withheld=payment.withheld if withheld is None else withheld,
        was_missed=payment.was_missed if was_missed is None else was_missed,
        paid_on=payment.paid_on if paid_on is None else paid_on,
    )


def with_item(item: AgendaItem, cursor: bytes) -> AgendaItem:
    """The agenda item with its new cursor."""
    return msgspec.structs.replace(item, cursor=cursor)
