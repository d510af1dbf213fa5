"""mark_*: prices at which the ledger values assets."""

import msgspec

from tokens.records.marks import Mark
from tokens.types import AssetId


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    """The marks of one asset, as they stand on the business date."""

    asset: AssetId
    in_force: Mark | None
    """Null before the first open_day after the first mark."""
    is_stale: bool
    """True: there is none in force, or it is older than the parameter mark_age_days."""
    coming: Mark | None
    """Holds from the next open_day; null if none was set since the last one."""
