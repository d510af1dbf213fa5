"""tax_*: rates, what was withheld and from what."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.records.tax import TaxCertificate, Year
from tokens.types import Address, Amount, AssetId, BlockHeight, Count, PriceE4, Symbol


class TaxTableParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which table."""

    profile: Symbol


class CertificateParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which account, which tax year (named after the calendar year in which it ends)."""

    account: Address
    year: Year
    cursor: Cursor = None
    limit: Limit = 50


class TaxTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Sum of an account's certificates under one table and money."""

    profile: Symbol
    settlement_asset: AssetId
    certificates: Count
    base: Amount
    withheld: Amount


class TaxCertificates(msgspec.Struct, frozen=True, kw_only=True):
    """One page of certificates, by security and payment, and the sums of the whole year."""

    items: tuple[TaxCertificate, ...]
    next: str | None
    """Cursor of the next page; null on the last one."""
    pinned_height: BlockHeight
    totals: tuple[TaxTotal, ...]
    """By table and money; of all pages. They are final when the year is over and no payment of it
    is open."""


class IssuePriceParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which instrument."""

    asset: AssetId


class IssuePriceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What an instrument was sold for over all its auctions."""

    asset: AssetId
    face: Amount
    cost: Amount
    """Minor units of money, rounded down; the price is of the exact sum."""
    price_e4: PriceE4
    """Weighted average per 100 of face, x 10^4, half up: what the discount is computed from."""
