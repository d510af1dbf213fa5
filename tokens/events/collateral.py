"""Events of marks, pledges and repos (5.6)."""

import datetime as dt

import msgspec

from tokens.records.marks import MarkPrice
from tokens.types import Address, Amount, AssetId, Hash


class MarkSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=430,
):
    """A price was set; it holds from the next open_day."""

    asset: AssetId
    price_e4: MarkPrice
    dirty: bool
    for_date: dt.date
    effective: dt.date
    source: Address


class PledgeReleased(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=431,
):
    """A pledgee gave up a pledge or a part of it."""

    pledge: Hash
    account: Address
    amount: Amount


class PledgeSubstituted(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=432,
):
    """Other units took the place of pledged ones."""

    pledge: Hash
    by: Hash
    """Id of the new lien."""
    account: Address
