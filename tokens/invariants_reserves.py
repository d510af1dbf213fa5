"""What must hold of stablecoins and their reserves after every block (5.7).

Rules of this file: those of invariants_money.py. The value is computed here a second time, from
positions, marks and terms, and not by reserve_value.py.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from fractions import Fraction

from tokens.finance.calendar import Calendar, is_business_day
from tokens.invariants_money import Records
from tokens.records.cash import CASH_ASSET, QUEUED_REDEMPTION, CashAsset
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.holdings import POSITION, SUPPLY
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.marks import ASSET_MARKS
from tokens.records.reserves import RESERVE_POLICY, ReservePolicy
from tokens.records.system import PARAMETER
from tokens.terms import accrued_of
from tokens.types import AssetFlag, AssetKind, AssetStatus


def validate_reserves(state: Records) -> Iterator[str]:
    """Supply <= value unless in BREACH, and no BREACH without a reason; the queue adds up."""
    balances = {(entry.asset, entry.account): entry.balance for entry in state.all(POSITION)}
    assets = {asset.id: asset for asset in state.all(ASSET)}
    supplies = {entry.asset: entry.amount for entry in state.all(SUPPLY)}
    policies = {policy.asset: policy for policy in state.all(RESERVE_POLICY)}
    for cash in state.all(CASH_ASSET):
        supply = supplies.get(cash.asset, 0)
        held = {
            asset: balance
            for (asset, account), balance in balances.items()
            if account == cash.reserve_account and balance
        }
        policy = policies.get(cash.asset)
        value = held.pop(cash.backing, 0)
        if policy is not None:
            value += sum(_counts(state, cash, policy, held))
        known = set() if policy is None else set(policy.securities)
        for stranger in sorted(set(held) - known):
            yield f"{cash.asset}: {stranger} in the reserve and not on its list"
        breach = bool(assets[cash.asset].flags & AssetFlag.BREACH)
        if supply > value and not breach:
            yield f"{cash.asset}: supply {supply} above reserve {value}"
        if breach and supply <= value:
            yield f"{cash.asset}: BREACH, and reserve {value} covers {supply}"
        queue = [entry for entry in state.all(QUEUED_REDEMPTION) if entry.asset == cash.asset]
        if sum(entry.amount for entry in queue) != cash.queued:
            yield f"{cash.asset}: queued {cash.queued}, entries differ"


def _counts(
    state: Records, cash: CashAsset, policy: ReservePolicy, held: dict[str, int]
) -> Iterator[int]:
    """What each security counts, one rational rounded down."""
    today = state.all(BUSINESS_DAY)[0]
    calendars = {record.current.id: record.current for record in state.all(CALENDAR)}
    marks = {entry.asset: entry for entry in state.all(ASSET_MARKS)}
    assets = {asset.id: asset for asset in state.all(ASSET)}
    age_max = {entry.name: entry.value for entry in state.all(PARAMETER)}.get("mark_age_days", 3)
    for instrument in state.all(INSTRUMENT):
        face, terms = held.get(instrument.asset, 0), instrument.terms
        entry = marks.get(instrument.asset)
        if not face or entry is None or instrument.asset not in policy.securities:
            continue
        mark = entry.coming if entry.coming.effective <= today.date else entry.held
        if mark is None or _age(calendars[today.calendar], mark.for_date, today.date) > age_max:
            continue
        asset = assets[instrument.asset]
        if (terms.maturity_date - today.date).days > policy.residual_days_max:
            continue
        if terms.settlement_asset != cash.backing or terms.kind is AssetKind.AMORT:
            continue
        if asset.status not in (AssetStatus.OUTSTANDING, AssetStatus.MATURED):
            continue
        if asset.issuer == assets[cash.asset].issuer:
            continue
        calendar = calendars[terms.calendar_id]
        accrued = 0 if mark.dirty else accrued_of(terms, calendar, face, today.date) or 0
        price = Fraction(mark.price_e4, 10**6)
        kept = Fraction(10_000 - policy.haircut_bps, 10_000)
        yield max(0, int((face * price + accrued) * kept // 1))


def _age(calendar: Calendar, first: dt.date, last: dt.date) -> int:
    """Business days after `first`, up to `last`."""
    days = range(1, (last - first).days + 1)
    return sum(is_business_day(calendar, first + dt.timedelta(days=day)) for day in days)


RESERVE_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (validate_reserves,)
