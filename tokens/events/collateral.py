"""Events of marks, pledges and repos (5.6)."""

import datetime as dt

import msgspec

from tokens.records.marks import MarkPrice
from tokens.types import Address, AssetId


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
