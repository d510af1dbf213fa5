"""Marks: the prices at which the ledger values assets (5.6, 5.7), oracle data of MARK_SOURCE."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import Address, AssetId

MARK_PRICE_MAX = 10**12
"""A commodity's unit may be worth much more than 100 units of money: wider than PriceE4."""

MarkPrice = Annotated[int, msgspec.Meta(ge=1, le=MARK_PRICE_MAX)]
"""Minor units of money per 100 minor units of the asset, x 10^4; a worthless asset has no mark."""


class Mark(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One price of one asset."""

    asset: AssetId
    price_e4: MarkPrice
    dirty: bool
    """True: accrued interest is inside; False: it is added where the mark values a holding."""
    for_date: dt.date
    """Business date whose prices it tells."""
    effective: dt.date
    """It holds from the first open_day with business date >= this: the day after it was set."""
    source: Address
    """Participant with the role MARK_SOURCE that set it."""


class AssetMarks(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The last marks of an asset. `coming` holds as soon as its date has come, by itself."""

    asset: AssetId
    held: Mark | None
    """In force before `coming`; None for the first mark of an asset."""
    coming: Mark
    """The last one set; setting another before it holds replaces it."""


ASSET_MARKS = RecordKind(
    103,
    "asset_marks",
    AssetMarks,
    lambda r: (r.asset,),
    (Index(190, "asset_marks", lambda r: (r.asset,), static=True),),
)

MARKS = ASSET_MARKS.indexes[0]
