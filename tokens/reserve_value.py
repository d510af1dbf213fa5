"""What the reserve of a stablecoin is worth (5.7).

Rules of this file:
1. Value = central-bank money 1:1 + each security of the list at its mark less the haircut, rounded
   down once for each security.
2. A security counts nothing when its mark is stale, its residual maturity is above the limit, it
   pays in another money than the reserve's, or the issuer of the coin owes it.
3. Concentration is asked when something comes in. It is no part of the value: par redemption
   must not lower the value by more than it pays.
"""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from tokens import posting
from tokens.lookup import require, require_asset
from tokens.marks import is_stale, mark_of, value_at_floor
from tokens.records.cash import CashAsset
from tokens.records.day import BUSINESS_DAY
from tokens.records.instruments import INSTRUMENT
from tokens.records.reserves import RESERVE_POLICY, ReservePolicy
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT, AssetKind, AssetStatus

BPS = 10_000
NOTHING: Mapping[str, int] = {}

LIVE = (AssetStatus.OUTSTANDING, AssetStatus.MATURED)
"""What has matured and is not paid yet counts at its last mark, until that is stale."""


class Holding(NamedTuple):
    """One security of a reserve."""

    asset: str
    face: int
    """Minor units of face."""
    value: int
    """What it counts, minor units of money."""


class Worth(NamedTuple):
    """What a reserve is worth."""

    money: int
    """Central-bank money, minor units."""
    holdings: tuple[Holding, ...]
    """In the order of the list."""
    value: int
    """Sum of both; stops at the largest amount."""


def worth_of(state: Overlay, cash: CashAsset, moved: Mapping[str, int] = NOTHING) -> Worth:
    """The reserve as it is, or as it would be with `moved` (asset -> signed minor units)."""
    policy = state.get(RESERVE_POLICY, cash.asset)
    place = cash.reserve_account
    money = posting.balance_of(state, cash.backing, place) + moved.get(cash.backing, 0)
    holdings: list[Holding] = []
    if policy is not None:
        named = {*policy.securities, *moved} - {cash.backing}
        for asset in sorted(named):
            face = posting.balance_of(state, asset, place) + moved.get(asset, 0)
            holdings.append(Holding(asset, face, counted(state, cash, policy, asset, face)))
    value = money + sum(holding.value for holding in holdings)
    return Worth(money, tuple(holdings), min(value, AMOUNT_LIMIT))


def counted(
    state: Overlay, cash: CashAsset, policy: ReservePolicy, asset_id: str, face: int
) -> int:
    """What a face of a security counts in this reserve, rounded down."""
    if not face or not is_eligible(state, cash, policy, asset_id):
        return 0
    mark = mark_of(state, asset_id)
    if mark is None or is_stale(state, mark):
        return 0
    return value_at_floor(state, mark, face, policy.haircut_bps)


def is_eligible(state: Overlay, cash: CashAsset, policy: ReservePolicy, asset_id: str) -> bool:
    """By its terms, apart from its mark."""
    instrument = state.get(INSTRUMENT, asset_id)
    if instrument is None or instrument.terms.kind is AssetKind.AMORT:
        return False
    asset = require_asset(state, asset_id)
    if asset.status not in LIVE or asset.issuer == require_asset(state, cash.asset).issuer:
        return False
    if instrument.terms.settlement_asset != cash.backing:
        return False
    left = instrument.terms.maturity_date - require(state, BUSINESS_DAY).date
    return left <= dt.timedelta(days=policy.residual_days_max)


def is_concentrated(worth: Worth, policy: ReservePolicy, asset_id: str) -> bool:
    """Whether one security is more of the value than its limit."""
    own = sum(holding.value for holding in worth.holdings if holding.asset == asset_id)
    return own * BPS > worth.value * policy.concentration_bps
