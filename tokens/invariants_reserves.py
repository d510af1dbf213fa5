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
from tokens.records.holdings import LIEN, POSITION, SUPPLY
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.marks import ASSET_MARKS
from tokens.records.rates import COUPON_FIXING
from tokens.records.reserves import REDEMPTION_PAUSE, RESERVE_POLICY, ReservePolicy
from tokens.records.system import AGENDA_ITEM, PARAMETER
from tokens.terms import accrued_of, accruing_on
from tokens.types import AssetFlag, AssetKind, AssetStatus, LienKind


def value_of(state: Records, cash: CashAsset) -> int:
    """What backs a stablecoin, in minor units of the backing money."""
    held = _held(state, cash)
    value = held.pop(cash.backing, 0)
    for policy in state.all(RESERVE_POLICY):
        if policy.asset == cash.asset:
            value += sum(_counts(state, cash, policy, held))
    return value


def _held(state: Records, cash: CashAsset) -> dict[str, int]:
    return {
        entry.asset: entry.balance
        for entry in state.all(POSITION)
        if entry.account == cash.reserve_account and entry.balance
    }


def validate_reserves(state: Records) -> Iterator[str]:
    """Supply <= value unless in BREACH, and no BREACH without a reason; the queue adds up."""
    assets = {asset.id: asset for asset in state.all(ASSET)}
    supplies = {entry.asset: entry.amount for entry in state.all(SUPPLY)}
    policies = {policy.asset: policy for policy in state.all(RESERVE_POLICY)}
    for cash in state.all(CASH_ASSET):
        supply, value = supplies.get(cash.asset, 0), value_of(state, cash)
        policy = policies.get(cash.asset)
        known = {cash.backing} | (set() if policy is None else set(policy.securities))
        for stranger in sorted(set(_held(state, cash)) - known):
            yield f"{cash.asset}: {stranger} in the reserve and not on its list"
        breach = bool(assets[cash.asset].flags & AssetFlag.BREACH)
        if supply > value and not breach:
            yield f"{cash.asset}: supply {supply} above reserve {value}"
        if breach and supply <= value:
            yield f"{cash.asset}: BREACH, and reserve {value} covers {supply}"
        queue = [entry for entry in state.all(QUEUED_REDEMPTION) if entry.asset == cash.asset]
        if sum(entry.amount for entry in queue) != cash.queued:
            yield f"{cash.asset}: queued {cash.queued}, entries differ"


def validate_queues(state: Records) -> Iterator[str]:
    """Who is first in the line of a redemption waits for money, or for a suspension to end."""
    today = state.all(BUSINESS_DAY)[0].date
    due = {
        item.subject.decode()
        for item in state.all(AGENDA_ITEM)
        if item.handler == "redemption_queue" and item.due_on <= today
    }
    paused = {pause.asset for pause in state.all(REDEMPTION_PAUSE) if pause.until > today}
    reserves = {(entry.asset, entry.account): entry for entry in state.all(POSITION)}
    liens = {lien.id: lien for lien in state.all(LIEN)}
    for cash in state.all(CASH_ASSET):
        queue = [entry for entry in state.all(QUEUED_REDEMPTION) if entry.asset == cash.asset]
        for entry in queue:
            lien = liens.get(entry.lien)
            place = None if lien is None else (lien.account, lien.asset, lien.amount, lien.kind)
            if place != (entry.source, entry.asset, entry.amount, LienKind.HOLD):
                yield f"{cash.asset}: redemption {entry.number} without its hold"
        position = reserves.get((cash.backing, cash.reserve_account))
        if not queue or position is None or cash.asset in due | paused:
            continue
        taken = position.held + position.pledged + position.frozen
        head = min(queue, key=lambda entry: entry.number)
        if head.amount <= position.balance - taken:
            yield f"{cash.asset}: redemption {head.number} waits, and the money is there"


def _counts(
    state: Records, cash: CashAsset, policy: ReservePolicy, held: dict[str, int]
) -> Iterator[int]:
    """What each security counts, one rational rounded down."""
    today = state.all(BUSINESS_DAY)[0]
    calendars = {record.current.id: record.current for record in state.all(CALENDAR)}
    marks = {entry.asset: entry for entry in state.all(ASSET_MARKS)}
    assets = {asset.id: asset for asset in state.all(ASSET)}
    rates = {(entry.asset, entry.number): entry.rate_e6 for entry in state.all(COUPON_FIXING)}
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
        accruing = None if mark.dirty else accruing_on(terms, calendar, today.date)
        rate = None if accruing is None else rates.get((instrument.asset, accruing.number))
        accrued = 0 if mark.dirty else accrued_of(terms, calendar, face, today.date, rate) or 0
        price = Fraction(mark.price_e4, 10**6)
        kept = Fraction(10_000 - policy.haircut_bps, 10_000)
        yield max(0, int((face * price + accrued) * kept // 1))


def _age(calendar: Calendar, first: dt.date, last: dt.date) -> int:
    """Business days after `first`, up to `last`."""
    days = range(1, (last - first).days + 1)
    return sum(is_business_day(calendar, first + dt.timedelta(days=day)) for day in days)


RESERVE_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_reserves,
    validate_queues,
)
