"""What a stablecoin's reserve may hold beside money, and when its redemption rests (5.7)."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.kind import RecordKind
from tokens.types import AssetId, Text

SECURITIES_MAX = 32
"""Securities in one reserve: valuing it reads them all."""

Bps = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
ResidualDays = Annotated[int, msgspec.Meta(ge=1, le=3_660)]


class ReservePolicy(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The rules of one reserve, and which securities lie in it. Without it: money only."""

    asset: AssetId
    """The stablecoin."""
    haircut_bps: Bps
    """Taken off the marked value of each security."""
    residual_days_max: ResidualDays
    """A security with more calendar days to its maturity counts nothing."""
    concentration_bps: Bps
    """Most that one security may be of the reserve's value, when it comes in."""
    buffer_bps: Bps
    """What must stay above the supply when something is taken out."""
    securities: Annotated[tuple[AssetId, ...], msgspec.Meta(max_length=SECURITIES_MAX)]
    """Strictly ascending; what is not here counts nothing."""


class RedemptionPause(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Redemption of a stablecoin rests: with a reason, and until a date."""

    asset: AssetId
    reason: Text
    until: dt.date
    """It goes on at the first open_day with business date >= this."""


RESERVE_POLICY = RecordKind(55, "reserve_policy", ReservePolicy, lambda r: (r.asset,))
REDEMPTION_PAUSE = RecordKind(56, "redemption_pause", RedemptionPause, lambda r: (r.asset,))
