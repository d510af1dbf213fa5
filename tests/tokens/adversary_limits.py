"""Promises of governed rules, judged from the outside: checks 2, 5, 7, 8 and 10 of page 04.

Rules of this file:
1. What rules ask is computed here from balances before and after a block of one move, never with
   the ledger's own counts: caps over persons, balances by tier, lock-ups, what was given in a day.
2. Nothing here knows which operation it was: whatever moves units has to keep the rules. Coupons,
   redemptions and seizures are exempt; machines that ask this judge have none of them.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from tokens.events import LedgerEvent, Moved
from tokens.events.ramps import RampChanged
from tokens.invariants import Snapshot
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET
from tokens.records.licences import EXITING, LICENCE
from tokens.records.parties import ACCOUNT, Account
from tokens.records.persons import LOCK_UP
from tokens.records.ramps import RAMP, RampPurpose
from tokens.records.rules import (
    RULE,
    BalanceRule,
    HolderCapRule,
    JurisdictionRule,
    LockUpRule,
    RuleBody,
    VelocityRule,
)
from tokens.types import AccountPurpose

Balances = dict[tuple[str, bytes], int]


class Limits:
    """The rules that hold, and what persons have given today while one asked."""

    def __init__(self) -> None:
        self.day = dt.date.min
        self.given: Counter[tuple[str, bytes]] = Counter()

    def judge(self, before: Snapshot, after: Snapshot, events: Sequence[LedgerEvent]) -> list[str]:
        """What a block of one move did against the rules before it."""
        day = before.all(BUSINESS_DAY)[0].date
        if day != self.day:
            self.day = day
            self.given.clear()
        accounts = {account.id: account for account in after.all(ACCOUNT)}
        old, new = balances(before), balances(after)
        found = [*_exits(before, accounts, old, new)]
        # an off-ramp was counted on the date that opened it
        ramps = any(isinstance(event, RampChanged) for event in events)
        for asset in before.all(ASSET):
            bodies = bodies_of(before, asset.id, day)
            mine = {place[1]: amount for place, amount in old.items() if place[0] == asset.id}
            now = {place[1]: amount for place, amount in new.items() if place[0] == asset.id}
            sums, ends = by_person(accounts, mine), by_person(accounts, now)
            for body in bodies:
                if isinstance(body, HolderCapRule):
                    share = body.share_e6
                    most = None if share is None else asset.max_supply * share // 10**6
                    found += _caps(body, most, sums, ends)
                elif isinstance(body, BalanceRule):
                    found += _tiers(body, accounts, mine, now)
                elif isinstance(body, LockUpRule) and day < body.until:
                    found += _falls(mine, now, "left a locked asset")
                elif isinstance(body, VelocityRule) and not ramps:
                    found += self._velocity(body, asset.id, accounts, sums, ends)
            for lock in before.all(LOCK_UP):
                if lock.asset == asset.id and day < lock.until:
                    had, has = mine.get(lock.account, 0), now.get(lock.account, 0)
                    if has < min(had, lock.amount):
                        found.append(f"{asset.id}: {has} of {lock.amount} that is locked up")
        return found + list(_circuits(before, after, accounts, events, day))

    def _velocity(
        self,
        body: VelocityRule,
        asset: str,
        accounts: dict[bytes, Account],
        sums: Counter[bytes],
        ends: Counter[bytes],
    ) -> Iterator[str]:
        tiers = {account.owner: account.kyc_tier for account in accounts.values()}
        limits = {limit.tier: limit.day_max for limit in body.limits}
        for person in sorted({*sums, *ends}):
            gave = sums[person] - ends[person]
            if gave <= 0:
                continue
            self.given[asset, person] += gave
            most = limits.get(tiers[person])
            if most is not None and self.given[asset, person] > most:
                yield f"{asset}: {self.given[asset, person]} given of {most} a day"


def balances(snapshot: Snapshot) -> Balances:
    """Of all accounts."""
    return {(e.asset, e.account): e.balance for e in snapshot.all(POSITION)}


def bodies_of(snapshot: Snapshot, asset: str | None, day: dt.date) -> list[RuleBody]:
    """What rules say of an asset on a date."""
    found = []
    for entry in snapshot.all(RULE):
        if entry.asset in (None, asset):
            turned = entry.next_on is not None and day >= entry.next_on
            body = entry.next_body if turned else entry.body
            if body is not None:
                found.append(body)
    return found


def by_person(accounts: dict[bytes, Account], held: dict[bytes, int]) -> Counter[bytes]:
    """Sums over the GENERAL accounts of a person."""
    sums: Counter[bytes] = Counter()
    for account, amount in held.items():
        if accounts[account].purpose is AccountPurpose.GENERAL and amount:
            sums[accounts[account].owner] += amount
    return sums


def _caps(
    body: HolderCapRule, share: int | None, sums: Counter[bytes], ends: Counter[bytes]
) -> Iterator[str]:
    for most in (body.amount_max, share):
        for person, amount in ends.items():
            if most is not None and amount > max(most, sums[person]):
                yield f"a person has {amount}, above {most}"
    holders = sum(amount > 0 for amount in ends.values())
    known = sum(amount > 0 for amount in sums.values())
    if body.holders_max is not None and holders > max(body.holders_max, known):
        yield f"{holders} holders of {body.holders_max}"


def _tiers(
    body: BalanceRule,
    accounts: dict[bytes, Account],
    before: dict[bytes, int],
    after: dict[bytes, int],
) -> Iterator[str]:
    limits = {limit.tier: limit.balance_max for limit in body.limits}
    for name, amount in after.items():
        most = limits.get(accounts[name].kyc_tier)
        general = accounts[name].purpose is AccountPurpose.GENERAL
        if general and most is not None and amount > max(most, before.get(name, 0)):
            yield f"an account of tier {accounts[name].kyc_tier} has {amount}, above {most}"


def _falls(before: dict[bytes, int], after: dict[bytes, int], what: str) -> Iterator[str]:
    for name, amount in before.items():
        if after.get(name, 0) < amount:
            yield f"{amount - after.get(name, 0)} {what}"


def _exits(
    before: Snapshot, accounts: dict[bytes, Account], old: Balances, new: Balances
) -> Iterator[str]:
    """Where the institution stands no more nothing comes in, and its own accounts stand still."""
    gone = {e.institution for e in before.all(LICENCE) if e.phase in EXITING}
    services = {account.id: account.servicer for account in before.all(ACCOUNT)}
    for place in {*old, *new}:
        change = new.get(place, 0) - old.get(place, 0)
        servicer = services.get(place[1])
        if servicer in gone and (change > 0 or (change and accounts[place[1]].holder == servicer)):
            yield f"{change} {place[0]} of an account whose institution stands no more"


def _circuits(
    before: Snapshot,
    after: Snapshot,
    accounts: dict[bytes, Account],
    events: Sequence[LedgerEvent],
    day: dt.date,
) -> Iterator[str]:
    """A closed circuit gives against something, to itself, or home; it takes in the same ways."""
    rules = [b for b in bodies_of(before, None, day) if isinstance(b, JurisdictionRule)]
    closed = {name for rule in rules for name in rule.closed}
    ramps = {ramp.id: ramp for ramp in after.all(RAMP)}
    purposes = {
        (accounts[ramps[event.ramp].account].owner, ramps[event.ramp].purpose)
        for event in events
        if isinstance(event, RampChanged)
    }
    sums: dict[tuple[bytes, str], Counter[str]] = {}
    for event in events:
        if isinstance(event, Moved):
            for name, amount in ((event.source, -event.amount), (event.target, event.amount)):
                side = accounts[name].owner, accounts[name].residency
                if side[1] in closed:
                    sums.setdefault(side, Counter())[event.asset] += amount
    for (owner, residency), changes in sums.items():
        gives = any(amount < 0 for amount in changes.values())
        takes = any(amount > 0 for amount in changes.values())
        way = RampPurpose.REPATRIATE if gives else RampPurpose.INWARD_REMITTANCE
        if gives != takes and (owner, way) not in purposes:
            yield f"the closed circuit {residency} {'gave' if gives else 'took'} for nothing"
