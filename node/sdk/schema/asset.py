"""asset_*, instrument_*, cash_*: instruments and money."""

import datetime
from typing import Annotated

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.records.cash import CashAsset
from tokens.records.instruments import Asset, PaymentKind, PaymentStatus
from tokens.records.reserves import RedemptionPause, ReservePolicy
from tokens.types import Address, Amount, AssetId, BlockHeight, Count, PositiveAmount, Symbol


class AssetParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which asset."""

    asset: AssetId


class AssetListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which asset, and which part of its list."""

    asset: AssetId
    cursor: Cursor = None
    limit: Limit = 50


class SupplyParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which asset."""

    asset: AssetId


class AssetSupply(msgspec.Struct, frozen=True, kw_only=True):
    """Units in existence, minor units."""

    asset: AssetId
    amount: Amount
    max_supply: Amount


class AssetInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An asset and its supply."""

    asset: Asset
    supply: Amount


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """One position of an asset."""

    account: Address
    balance: Amount
    available: Amount


class ScheduledPayment(msgspec.Struct, frozen=True, kw_only=True):
    """One payment of an instrument, past or to come, or a date on which it may be called or put."""

    number: Count
    """Coupons 1..n, redemption n + 1, the repayment with coupon n 10,000 + n, call date i
    20,000 + i, put date i 30,000 + i."""
    kind: PaymentKind
    status: PaymentStatus
    accrual_start: datetime.date | None
    """Null for what is no coupon."""
    accrual_end: datetime.date | None
    record_date: datetime.date
    """Call and put dates: the last date on which notice is in time."""
    payment_date: datetime.date
    price_e4: Count | None
    """Per 100 of what is outstanding, x 10^4, for which units are paid back; null for coupons."""
    required: Amount | None
    """Money for all holders; an estimate from today's supply until the record is taken, of a put
    from the elections so far. Null while the rate of a floating coupon is not fixed, and for a call
    date that nobody has used."""
    paid: Amount
    """Gross, so far."""
    withheld: Amount
    """Part of `paid` that went to the tax account."""


class AccruedParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which instrument, what face, and the value date (null: the business date)."""

    asset: AssetId
    face: PositiveAmount
    on: datetime.date | None = None


class Accrued(msgspec.Struct, frozen=True, kw_only=True):
    """Interest accrued on a face amount, minor units of money."""

    asset: AssetId
    face: Amount
    on: datetime.date
    amount: str
    """Decimal string of minor units, signed: negative after the record, when it trades ex."""
    settlement_asset: AssetId


DecimalText = Annotated[
    str, msgspec.Meta(pattern="^-?[0-9]{1,6}(\\.[0-9]{1,15})?\\Z", max_length=24)
]
"""A decimal number as text, not rounded by JSON."""


class PriceParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which instrument, at what yield, and the value date (null: the business date)."""

    asset: AssetId
    yield_percent: DecimalText
    """Annual, in percent: 11.5 is 0.115."""
    on: datetime.date | None = None


class YieldParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which instrument, at what clean price, and the value date (null: the business date)."""

    asset: AssetId
    price: DecimalText
    """Clean, per 100 of face; of an amortising bond per 100 of what is outstanding."""
    on: datetime.date | None = None


class OptionYield(msgspec.Struct, frozen=True, kw_only=True):
    """The yield to a call or a put that can still be used."""

    kind: str
    """CALL or PUT."""
    date: datetime.date
    """Unadjusted."""
    price_e4: int
    """Paid per 100 of what is outstanding, x 10^4."""
    yield_percent: str | None
    """Annual, in percent; null: no yield gives the price."""


class InstrumentQuote(msgspec.Struct, frozen=True, kw_only=True):
    """A price and a yield that belong together: a view, computed and never kept."""

    asset: AssetId
    on: datetime.date
    price: str
    """Clean, per 100, decimal string; a bill's has 4 places."""
    accrued: str
    """Per 100, in the calendar of the yield. What a buyer pays: instrument_getAccrued."""
    yield_percent: str
    """Annual, in percent, under the instrument's own compounding; to maturity."""
    current_yield_percent: str | None
    """A year's interest over the clean price; null: no interest."""
    to_options: tuple[OptionYield, ...]
    """Calls, then puts, in the order of their dates."""
    worst_percent: str | None
    """The lowest of the yields to maturity and to the calls."""
    worst_on: datetime.date | None
    """The date that it is to."""


class RatesParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which reference rate, and which part of its list."""

    name: Symbol
    """For example mtb-182d."""
    cursor: Cursor = None
    limit: Limit = 50


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One holder in the register of an instrument."""

    account: Address
    balance: Amount
    record_no: Count
    """Last record that the position answered."""
    record_quantity: Amount


class CashSupply(msgspec.Struct, frozen=True, kw_only=True):
    """Issued money."""

    asset: AssetId
    amount: Amount
    queued: Amount
    """Of it, waiting for redemption."""


class ReserveHolding(msgspec.Struct, frozen=True, kw_only=True):
    """One security of a reserve."""

    asset: AssetId
    face: Amount
    value: Amount
    """What it counts: at its mark, less the haircut; 0 if it does not count now."""


class Reserves(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a stablecoin."""

    cash: CashAsset
    supply: Amount
    reserve: Amount
    """Central-bank money in the reserve account, counted 1:1."""
    policy: ReservePolicy | None
    """What else counts; null: nothing."""
    holdings: tuple[ReserveHolding, ...]
    value: Amount
    """Money and holdings together."""
    coverage_bps: int
    """value x 10,000 / supply, rounded down; 10,000 or more means covered. 0 without supply."""
    breach: bool
    """The value is below the supply: nothing is minted."""
    pause: RedemptionPause | None
    """Redemption rests."""
    as_of: BlockHeight
