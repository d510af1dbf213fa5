"""Limits on sums: holder caps, lock-ups of accounts, velocity, and the closed circuit of a batch.

Rules of this file:
1. A sum is asked once, on the net effect: a person or account that appears twice in a batch cannot
   slip past (page 04, checks 5, 7, 8 and 10).
2. What a person has given on a business date is counted by whoever applies the movement.
3. SERVICE and CONTROL are asked by nobody: coupons and seizures know no limits.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tokens.amount import mul_div_floor
from tokens.context import Context
from tokens.holders import holding_of, is_counted
from tokens.posting import balance_of
from tokens.records.instruments import Asset
from tokens.records.parties import Account
from tokens.records.persons import HOLDER_BOOK, LOCK_UP, SPENDING, Spending
from tokens.records.rules import BalanceRule, HolderCapRule, JurisdictionRule, VelocityRule
from tokens.refusing import refusal_about
from tokens.results import Code, Refusal
from tokens.rules import InForce, Rules, rules_of
from tokens.state import Overlay
from tokens.types import AccountPurpose, AssetFlag

LOCK_UP_RULE = "lock-up"
"""What a refusal calls the lock-up of an account; its version is that of the record."""
_LOCKED_UP = AssetFlag.LOCKED_UP.value


class NetChange(NamedTuple):
    """What a movement or a batch does to one account, in one asset."""

    account: Account
    amount: int
    """Minor units received (positive) or given (negative)."""


Changes = Sequence[NetChange]


def by_asset(changes: Sequence[tuple[Asset, NetChange]]) -> list[tuple[Asset, list[NetChange]]]:
    """The changes of each asset, in order of first appearance."""
    found: dict[str, tuple[Asset, list[NetChange]]] = {}
    for asset, change in changes:
        found.setdefault(asset.id, (asset, []))[1].append(change)
    return list(found.values())


def cap_refusals(
    context: Context, asset: Asset, changes: Changes, rules: Rules
) -> Iterator[Refusal]:
    """Check 7: caps of amount, of share and of count; balances by tier."""
    for rule in rules:
        if isinstance(rule.body, HolderCapRule):
            yield from _over_cap(context, asset, changes, rule, rule.body)
        elif isinstance(rule.body, BalanceRule):
            yield from _over_balance(context, asset, changes, rule, rule.body)


def _over_balance(
    context: Context, asset: Asset, changes: Changes, rule: InForce, body: BalanceRule
) -> Iterator[Refusal]:
    """Accounts are summed: one that appears twice is one."""
    limits = {entry.tier: entry.balance_max for entry in body.limits}
    sums: dict[bytes, NetChange] = {}
    for account, amount in changes:
        if account.purpose is AccountPurpose.GENERAL:
            known = sums.get(account.id)
            sums[account.id] = NetChange(account, amount + (0 if known is None else known.amount))
    for account, amount in sums.values():
        limit = limits.get(account.kyc_tier)
        if amount <= 0 or limit is None:
            continue
        if balance_of(context.state, asset.id, account.id) + amount > limit:
            yield refusal_about(context, account, Code.HOLDER_CAP_EXCEEDED, rule.id, rule.version)


def _over_cap(
    context: Context, asset: Asset, changes: Changes, rule: InForce, body: HolderCapRule
) -> Iterator[Refusal]:
    limits = [] if body.amount_max is None else [body.amount_max]
    if body.share_e6 is not None:
        limits.append(mul_div_floor(asset.max_supply, body.share_e6, 10**6))
    state = context.state
    book = state.get(HOLDER_BOOK, asset.id)
    holders = 0 if book is None else book.holders
    counted = is_counted(state, asset.id)
    persons = _by_person(changes)
    held = {person: holding_of(state, asset.id, person) for person in persons}
    for person, change in persons.items():
        known = held[person] or 0
        holders += (known + change.amount > 0) - (known > 0)
    for person, change in persons.items():
        if change.amount <= 0:
            continue
        before = held[person]
        # until the register is counted nobody knows how many there are: no new ones
        is_full = body.holders_max is not None and (holders > body.holders_max or not counted)
        if before is None:
            is_over = True
        else:
            is_over = any(before + change.amount > limit for limit in limits)
        if is_over or (is_full and not before):
            yield refusal_about(
                context, change.account, Code.HOLDER_CAP_EXCEEDED, rule.id, rule.version
            )


def _by_person(changes: Changes) -> dict[bytes, NetChange]:
    """Sums per person over GENERAL accounts, each with the first account that it appears with."""
    sums: dict[bytes, NetChange] = {}
    for account, amount in changes:
        if account.purpose is AccountPurpose.GENERAL:
            known = sums.get(account.owner)
            sums[account.owner] = (
                NetChange(account, amount)
                if known is None
                else NetChange(known.account, known.amount + amount)
            )
    return sums


def lock_up_refusals(context: Context, asset: Asset, changes: Changes) -> Iterator[Refusal]:
    """Check 8, of single accounts: what must stay stays."""
    if not asset.flags & _LOCKED_UP:
        return
    for account, amount in changes:
        lock = context.state.get(LOCK_UP, asset.id, account.id) if amount < 0 else None
        if lock is None or context.business_date >= lock.until:
            continue
        if balance_of(context.state, asset.id, account.id) + amount < lock.amount:
            yield refusal_about(context, account, Code.LOCKED_UP, LOCK_UP_RULE, lock.version)


def velocity_refusals(
    context: Context, asset: Asset, changes: Changes, rules: Rules
) -> Iterator[Refusal]:
    """Check 10: what a person gives on one business date."""
    for rule in rules:
        if not isinstance(rule.body, VelocityRule):
            continue
        limits = {entry.tier: entry.day_max for entry in rule.body.limits}
        for person, change in _by_person(changes).items():
            if change.amount >= 0:
                continue
            spent = spent_today(context, asset.id, person) - change.amount
            for account in _givers(changes, person):
                limit = limits.get(account.kyc_tier)
                if limit is not None and spent > limit:
                    yield refusal_about(
                        context, account, Code.VELOCITY_EXCEEDED, rule.id, rule.version
                    )
                    break


def _givers(changes: Changes, person: bytes) -> Iterator[Account]:
    """Accounts of a person that give: the tier of each one limits, not that of the first named."""
    for account, amount in changes:
        if account.owner == person and amount < 0 and account.purpose is AccountPurpose.GENERAL:
            yield account


def spent_today(context: Context, asset: str, person: bytes) -> int:
    """What a person has given of an asset on the business date, minor units."""
    return spent_on(context.state, asset, person, context.business_date)


def spent_on(state: Overlay, asset: str, person: bytes, day: dt.date) -> int:
    """The same for who only reads; 0 for every date but the last one that was counted."""
    known = state.get(SPENDING, person, asset)
    return known.amount if known is not None and known.on == day else 0


def count_spending(context: Context, asset: Asset, changes: Changes) -> None:
    """Remember what was given, where a velocity limit asks. By whoever applies a movement.

    What check 10 asks and nobody counts is no limit: it could be given in any number of parts.
    """
    if not any(isinstance(rule.body, VelocityRule) for rule in rules_of(context, asset)):
        return
    for person, change in _by_person(changes).items():
        if change.amount < 0:
            spent = spent_today(context, asset.id, person) - change.amount
            context.state.put(
                SPENDING,
                Spending(person=person, asset=asset.id, on=context.business_date, amount=spent),
            )


def count_given(context: Context, asset: Asset, source: Account, amount: int) -> None:
    """The same of one account that gives, minor units."""
    count_spending(context, asset, (NetChange(source, -amount),))


def circuit_refusals(
    context: Context, changes: Sequence[tuple[Asset, NetChange]]
) -> Iterator[Refusal]:
    """Check 5 over a whole batch: a closed circuit gives only against something, and the reverse.

    A repeated account, or two of the same person and class, are one side.
    """
    for rule, body, concerned in _circuits(context, changes):
        sums: dict[tuple[bytes, str], dict[str, int]] = {}
        first: dict[tuple[bytes, str], Account] = {}
        for asset, (account, amount) in changes:
            if account.residency in body.closed:
                side = (account.owner, account.residency)
                first.setdefault(side, account)
                of = sums.setdefault(side, {})
                of[asset.id] = of.get(asset.id, 0) + amount
        for side, of in sums.items():
            gives = any(amount < 0 for amount in of.values())
            takes = any(amount > 0 for amount in of.values())
            if gives != takes and any(asset in concerned for asset in of):
                yield refusal_about(
                    context, first[side], Code.JURISDICTION_REFUSED, rule.id, rule.version
                )


def _circuits(
    context: Context, changes: Sequence[tuple[Asset, NetChange]]
) -> list[tuple[InForce, JurisdictionRule, list[str]]]:
    """The rules of closed circuits that any asset of a batch stands under, and those assets."""
    found: dict[str, tuple[InForce, JurisdictionRule, list[str]]] = {}
    for asset, _ in by_asset(changes):
        for rule in rules_of(context, asset):
            if isinstance(rule.body, JurisdictionRule):
                found.setdefault(rule.id, (rule, rule.body, []))[2].append(asset.id)
    return list(found.values())
