"""Assets, the terms of instruments, and the payments that instruments owe (5.1, 5.3, 5.4)."""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.finance.calendar import BusinessDayConvention
from tokens.finance.daycount import DayCount
from tokens.finance.yield_basis import Compounding, LastPeriod
from tokens.records.kind import Index, Key, RecordKind
from tokens.types import (
    Address,
    Amount,
    AssetId,
    AssetKind,
    AssetStatus,
    Count,
    Hash,
    PositiveAmount,
    PriceE4,
    RateE6,
    Symbol,
    Text,
)

LIVE_INSTRUMENTS_MAX = 4_096
"""Instruments between creation and redemption: what open_day and close_day walk."""

CalendarId = Annotated[
    str, msgspec.Meta(min_length=1, max_length=16, pattern="^[A-Z0-9][A-Z0-9-]*\\Z")
]

Rate = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
"""Coupon rate: annual fraction x 10^6, not negative."""
ClassMask = Annotated[int, msgspec.Meta(ge=0, le=255)]
"""Sum of OperationClass bits."""


class Asset(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """What every posting asks of an asset. Terms that differ by kind have their own records."""

    id: AssetId
    kind: AssetKind
    name: Text
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3, pattern="^[A-Z]{3}\\Z")]
    """ISO 4217."""
    issuer: Address
    """Participant whose debt it is."""
    status: AssetStatus
    flags: Annotated[int, msgspec.Meta(ge=0, le=255)]
    """Sum of AssetFlag bits."""
    paused: ClassMask
    """Classes of operations that are paused."""
    denomination: PositiveAmount
    """Smallest tradable face in minor units; 1 for money."""
    increment: PositiveAmount
    """Amounts above the denomination are multiples of this."""
    max_supply: Amount
    kyc_tier_min: Annotated[int, msgspec.Meta(ge=0, le=9)]
    """Tier that an account needs to receive it."""
    record_no: Count
    """How many records were taken; a position answers the last one at its next posting."""
    unpaid_record: Count
    """Oldest record whose payment is not finished, 0 if none: stamps are kept from it on."""


class TaxBase(IntEnum):
    """What withholding is computed on (5.3)."""

    NONE = 0
    COUPON = 1
    """Each coupon or rental."""
    DISCOUNT = 2
    """At redemption: face less the weighted average price of issue."""


class FloatTerms(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How the rate of each coupon is fixed: benchmark plus margin, not below zero (5.3)."""

    benchmark: Symbol
    """Reference rate that the ledger keeps, for example `mtb-182d`: the weighted average yield of
    the latest auction of that tenor."""
    margin_e6: RateE6
    """Signed annual fraction x 10^6."""
    reset_offset_bd: Annotated[int, msgspec.Meta(ge=0, le=15)]
    """The rate is fixed this many business days before the period begins."""
    fallback: Symbol
    """Reference rate used when the benchmark has none: for example `pkrv-182d`."""


class OptionDate(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A date on which the issuer may call, or the holder may put (5.4)."""

    date: dt.date
    price_e4: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    """Paid per 100 of face, x 10^4."""
    notice_bd: Annotated[int, msgspec.Meta(ge=0, le=250)]
    """Business days of notice, at least."""


class Amortisation(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A part of the original face that is repaid before maturity."""

    date: dt.date
    """A coupon date."""
    fraction_e6: Annotated[int, msgspec.Meta(ge=1, le=10**6)]
    """Of the original face, x 10^6; all of them and the rest at maturity make 10^6."""


OPTION_DATES_MAX = 64
"""Call dates, and put dates, of one instrument."""
AMORTISATIONS_MAX = 360
"""Thirty years of months."""


class InstrumentTerms(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Terms of a debt instrument (5.1). Immutable but for what `mutable_fields` names."""

    kind: AssetKind
    """BILL, FIXED, FLOAT, ZERO, SUKUK_FRR, SUKUK_VRR, SUKUK_DISC or AMORT."""
    isin: Annotated[str, msgspec.Meta(max_length=12)]
    """ISO 6166; also the asset id."""
    cfi: Annotated[str, msgspec.Meta(max_length=6)]
    """ISO 10962."""
    issuer_lei: Annotated[str, msgspec.Meta(max_length=20)]
    """ISO 17442."""
    name: Text
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3, pattern="^[A-Z]{3}\\Z")]
    denomination: PositiveAmount
    """Minor units of face; a multiple of `increment`."""
    increment: PositiveAmount
    max_supply: PositiveAmount
    """Minor units of face; a multiple of `increment`."""
    issue_date: dt.date
    dated_date: dt.date
    """First day of interest."""
    maturity_date: dt.date
    """Unadjusted."""
    coupon_rate_e6: Rate
    freq: Annotated[int, msgspec.Meta(ge=0, le=12)]
    """Coupons a year: 0 (bills, zeros, discounted sukuk), 1, 2, 4 or 12."""
    first_coupon: dt.date | None
    """End of an odd first period."""
    last_regular_coupon: dt.date | None
    """Start of an odd last period."""
    roll_day: Annotated[int, msgspec.Meta(ge=1, le=31)]
    """Day of the month; 31 = end of month."""
    accrual_daycount: DayCount
    yield_daycount: DayCount
    yield_compounding: Compounding
    """Of quoted yields, a view; three separate fields because published data need them so (5.1)."""
    bdc: BusinessDayConvention
    """Where a payment date goes that is no business day."""
    adjust_accrual: bool
    """The accrual dates move with the payment dates."""
    adjust_yield: bool
    last_period: LastPeriod
    settlement_asset: AssetId
    """The one money that pays and is paid."""
    treasury_account: Address
    """Account that funds coupons and redemption."""
    calendar_id: CalendarId
    record_offset_bd: Annotated[int, msgspec.Meta(ge=1, le=15)]
    """Record date = payment date minus this many business days."""
    kyc_tier_min: Annotated[int, msgspec.Meta(ge=0, le=9)]
    tax_profile: Symbol
    """Tax table; `none` withholds nothing."""
    tax_base: TaxBase
    floating: FloatTerms | None
    """FLOAT and SUKUK_VRR only; `coupon_rate_e6` is the rate of the first period then."""
    calls: Annotated[tuple[OptionDate, ...], msgspec.Meta(max_length=OPTION_DATES_MAX)]
    """Ascending by date."""
    puts: Annotated[tuple[OptionDate, ...], msgspec.Meta(max_length=OPTION_DATES_MAX)]
    """Ascending by date."""
    amortisations: Annotated[tuple[Amortisation, ...], msgspec.Meta(max_length=AMORTISATIONS_MAX)]
    """AMORT only; ascending by date."""
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=365)]
    """Calendar days after a missed payment before the instrument is in DEFAULT."""
    terms_hash: Hash
    """SHA-256 of the legal terms."""
    mutable_fields: Annotated[tuple[Symbol, ...], msgspec.Meta(max_length=8)]
    """Names out of MUTABLE_FIELDS, strictly ascending."""


MUTABLE_FIELDS = ("kyc_tier_min", "name", "record_offset_bd", "treasury_account")
"""What terms may declare mutable."""


class Instrument(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """An instrument's terms and how far its life has come."""

    asset: AssetId
    terms: InstrumentTerms
    paying_account: Address
    """Holds what was funded until it is paid; no key opens it."""
    next_coupon: Count
    """Number (from 1) of the first coupon whose record is not taken; the last one + 1 when done."""
    next_coupon_end: dt.date | None
    """Its unadjusted date; None when all records are taken."""


class PaymentKind(IntEnum):
    """What a payment is for."""

    COUPON = 1
    REDEMPTION = 2
    """Of all units, at maturity or at a call of the whole."""
    REPAYMENT = 3
    """A part of the face by record, with a coupon; the units stay (amortisation)."""
    PARTIAL_CALL = 4
    """Of a part of the units, each holder's share."""
    PUT = 5
    """Of the units that holders elected to give back."""


REPAYMENT_BASE, CALL_BASE, PUT_BASE = 10_000, 20_000, 30_000
"""The repayment with coupon n is payment 10,000 + n, the partial call on call date i 20,000 + i,
the put on put date i 30,000 + i: there are never as many coupons."""


class PaymentStatus(IntEnum):
    """Life of a payment (5.3); SCHEDULED payments have no record yet: the terms say them."""

    SCHEDULED = 1
    RECORD_TAKEN = 2
    FUNDED = 3
    PAYING = 4
    PAID = 5
    MISSED = 6
    CURED = 7


class Payment(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A coupon or the redemption of an instrument, from its record on."""

    asset: AssetId
    number: Count
    """Coupons 1..n, redemption n + 1; others from REPAYMENT_BASE, CALL_BASE, PUT_BASE on."""
    kind: PaymentKind
    status: PaymentStatus
    record_date: dt.date
    """Date at whose end the record was taken; redemption: the business date of maturity."""
    payment_date: dt.date
    """Adjusted; frozen with the record."""
    fraction: tuple[Count, Annotated[int, msgspec.Meta(ge=1, le=2**62)]]
    """Exact, frozen with the record. Coupon: part of a year; others: part of the original face
    that is repaid on each unit."""
    rate_e6: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    """Coupon: annual rate, frozen with the record; others: 0."""
    factor_e6: Annotated[int, msgspec.Meta(ge=0, le=10**6)]
    """Coupon: pool factor that interest counts on; others: 10^6."""
    price_e4: PriceE4
    """Paid per 100 of what is repaid, x 10^4; coupon: 0."""
    record_no: Count
    """Number of the record; 0 where units are burned, which pays the balance itself."""
    recorded: Amount
    """Face that is paid on: the supply when the record was taken, or what was called or elected."""
    required: Amount
    """Money that must be funded."""
    paid: Amount
    """Gross, so far."""
    withheld: Amount
    """Part of `paid` that went to the tax account."""
    was_missed: bool
    """It was not funded on its date: it ends CURED, not PAID."""
    paid_on: dt.date | None
    """Business date when paying began: the tax rates are of this date for all holders."""


class RecordStamp(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """An answer to an unpaid record that a position moved out for the answer to the next one."""

    asset: AssetId
    account: Address
    record_no: Count
    quantity: Amount


def _live(asset: Asset) -> Key | None:
    """Instruments with dated work before them."""
    instrument = asset.kind not in (AssetKind.MONEY, AssetKind.CASH, AssetKind.COMMODITY)
    ended = asset.status in (AssetStatus.REDEEMED, AssetStatus.CANCELLED)
    return (asset.id,) if instrument and not ended else None


def _open(payment: Payment) -> Key | None:
    """Payments that are not finished."""
    done = payment.status in (PaymentStatus.PAID, PaymentStatus.CURED)
    return None if done else (payment.asset, payment.number)


def _unfunded(payment: Payment) -> Key | None:
    """Payments that close_day may find missed, by date."""
    if payment.status is not PaymentStatus.RECORD_TAKEN:
        return None
    return (payment.payment_date.toordinal(), payment.asset, payment.number)


ASSET = RecordKind(
    20,
    "asset",
    Asset,
    lambda r: (r.id,),
    (
        Index(20, "assets", lambda r: (r.id,), static=True),
        Index(21, "live_instruments", _live, static=False),
    ),
)
INSTRUMENT = RecordKind(21, "instrument", Instrument, lambda r: (r.asset,))
PAYMENT = RecordKind(
    22,
    "payment",
    Payment,
    lambda r: (r.asset, r.number),
    (
        Index(22, "payments", lambda r: (r.asset, r.number), static=True),
        Index(25, "payments_open", _open, static=False),
        Index(26, "payments_unfunded", _unfunded, static=False),
    ),
)
RECORD_STAMP = RecordKind(
    23,
    "record_stamp",
    RecordStamp,
    lambda r: (r.asset, r.account, r.record_no),
    (Index(23, "record_stamps", lambda r: (r.asset, r.account, r.record_no), static=True),),
)

LIVE_INSTRUMENTS = ASSET.indexes[1]
PAYMENTS = PAYMENT.indexes[0]
OPEN_PAYMENTS = PAYMENT.indexes[1]
UNFUNDED_PAYMENTS = PAYMENT.indexes[2]
RECORD_STAMPS = RECORD_STAMP.indexes[0]
