"""supervision_*: the market as a supervisor reads it, at the newest height."""

import datetime
from typing import Annotated

import msgspec

from tokens.types import Address, Amount, AssetId, AssetKind, BlockHeight, Count, Hash, Reference

BLOCKS_MAX = 2_000
"""Blocks that a velocity is measured over."""
Bps = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
"""1/10,000."""


class TenorRow(msgspec.Struct, frozen=True, kw_only=True):
    """Debt of one currency and kind by the time that is left to maturity."""

    currency: str
    kind: AssetKind
    years_from: Count
    """Residual term in whole years, inclusive."""
    years_below: Count | None
    """Exclusive; null: no end."""
    instruments: Count
    amount: Amount
    """Face outstanding."""


class LadderRow(msgspec.Struct, frozen=True, kw_only=True):
    """What falls due in one month, in one money."""

    month: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}\\Z")]
    settlement_asset: AssetId
    principal: Amount
    """Of all scheduled redemptions, less what is paid."""
    coupons: Amount
    """Gross; estimates from today's supply until the record is taken."""
    rates_open: Count
    """Floating coupons of the month whose rate is not fixed: in no sum."""


class HoldersParams(msgspec.Struct, frozen=True, kw_only=True):
    """Of which asset."""

    asset: AssetId


class ClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """Holders of one residency and tax class."""

    residency: str
    tax_class: str
    accounts: Count
    """With a balance."""
    persons: Count
    amount: Amount


class PersonShare(msgspec.Struct, frozen=True, kw_only=True):
    """What one person holds over all its accounts."""

    person: Hash
    amount: Amount
    share_bps: Bps
    """Of the supply, rounded down."""


class HoldersReport(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds an asset: classes, concentration, foreign holdings."""

    asset: AssetId
    supply: Amount
    persons: Count
    classes: tuple[ClassRow, ...]
    """By residency and tax class; their amounts add up to the supply."""
    largest: tuple[PersonShare, ...]
    """The ten largest, largest first."""
    herfindahl_bps: Bps
    """Sum of the squared shares of all persons, rounded down once: 10,000 = one holder."""
    foreign: Amount
    """In accounts of another residency than RESIDENT."""
    foreign_bps: Bps


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stablecoin and what stands behind it."""

    asset: AssetId
    supply: Amount
    value: Amount
    """Of the reserve after haircuts."""
    coverage_bps: Bps
    """Rounded down; 0 without supply."""
    breach: bool


class FailRow(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that should have settled."""

    initiator: Address
    batch_id: Reference
    isd: datetime.date
    """Intended settlement date."""
    days_late: Count
    """Calendar days from it to the business date."""
    status: str
    participants: tuple[Address, ...]


class FailsReport(msgspec.Struct, frozen=True, kw_only=True):
    """Settlement fails: open batches after their date, and how all others ended."""

    business_date: datetime.date
    late: tuple[FailRow, ...]
    """In the order of instruction; the first 100."""
    late_total: Count
    open_total: Count
    settled: Count
    cancelled: Count
    expired: Count
    failed: Count


class VelocityParams(msgspec.Struct, frozen=True, kw_only=True):
    """Of which asset, over which heights (both inclusive)."""

    asset: AssetId
    from_height: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    to_height: BlockHeight | None = None
    """Null: that of the context."""


class Velocity(msgspec.Struct, frozen=True, kw_only=True):
    """Turnover against the supply at the height of the context."""

    asset: AssetId
    from_height: BlockHeight
    to_height: BlockHeight
    movements: Count
    turnover: Annotated[str, msgspec.Meta(pattern="^[0-9]+\\Z")]
    """Sum of all movements between two accounts, minor units; may exceed 2^64."""
    supply: Amount
    velocity_e6: Annotated[int, msgspec.Meta(ge=0)]
    """turnover / supply x 10^6, rounded down; 0 without supply."""
