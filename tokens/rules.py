"""The governed rules at work: checks 3 to 6, and 8, of one movement (page 04, Order of checks).

Rules of this file:
1. A movement reads the table of all assets and that of its own, and the rules that they name: at
   most 2 x RULES_MAX. Without rules it reads the two tables and nothing else.
2. SERVICE and CONTROL have their own rows: no rule stops a coupon or a seizure.
3. What depends on sums over several movements (caps, lock-ups of accounts, velocity) is in
   limits.py: a batch asks it once, on its net effect.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tokens.context import Context
from tokens.exits import is_exit, is_exiting
from tokens.movement import Channel, Movement
from tokens.records.instruments import Asset
from tokens.records.licences import LICENCE
from tokens.records.parties import PARTICIPANT, Account
from tokens.records.persons import CREDENTIAL, SANCTIONED, SANCTIONS_LIST
from tokens.records.rules import (
    ANY,
    ISSUER,
    RANKS,
    RULE,
    RULE_TABLE,
    CredentialRule,
    JurisdictionRule,
    LicenceRule,
    LockUpRule,
    Rule,
    RuleBody,
)
from tokens.refusing import refusal_about
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.types import AssetFlag, OperationClass


class InForce(NamedTuple):
    """A rule as it stands on a business date."""

    id: str
    version: int
    body: RuleBody


EXEMPT = (OperationClass.SERVICE, OperationClass.CONTROL)
"""Classes that no rule stops."""

_LOCKED_UP = AssetFlag.LOCKED_UP.value

Rules = Sequence[InForce]
NONE: Rules = ()


def in_force(rule: Rule, day: dt.date) -> InForce | None:
    """What of a rule holds on a business date, or None."""
    if rule.next_on is not None and day >= rule.next_on:
        return (
            None if rule.next_body is None else InForce(rule.id, rule.version + 1, rule.next_body)
        )
    return None if rule.body is None else InForce(rule.id, rule.version, rule.body)


def is_ruled(context: Context, asset: Asset) -> bool:
    """Whether anything governed concerns an asset: a rule, a list with somebody on it, a lock-up.

    Most assets of most networks say no: two look-ups that find nothing.
    """
    state = context.state
    return (
        state.get(RULE_TABLE, "") is not None
        or state.get(RULE_TABLE, asset.id) is not None
        or asset.flags & _LOCKED_UP != 0
    )


def rules_of(context: Context, asset: Asset) -> Rules:
    """The rules that a movement of an asset is checked against, in order."""
    return rules_on(context.state, asset.id, context.business_date)


def rules_on(state: Overlay, asset: str, day: dt.date) -> Rules:
    """The same for who only reads."""
    general = state.get(RULE_TABLE, "")
    own = state.get(RULE_TABLE, asset)
    if general is None:
        return NONE if own is None else _read(state, own.rules, day)
    if own is None:
        return _read(state, general.rules, day)
    return sorted(_read(state, general.rules + own.rules, day), key=_place)


def general_rules(state: Overlay, day: dt.date) -> Rules:
    """Those of all assets alone."""
    general = state.get(RULE_TABLE, "")
    return NONE if general is None else _read(state, general.rules, day)


def _read(state: Overlay, ids: tuple[str, ...], day: dt.date) -> list[InForce]:
    found: list[InForce] = []
    for name in ids:
        rule = state.get(RULE, name)
        body = None if rule is None else in_force(rule, day)
        if body is not None:
            found.append(body)
    return found


def _place(rule: InForce) -> tuple[int, str]:
    return RANKS[type(rule.body)], rule.id


def governed_refusals(context: Context, movement: Movement, rules: Rules) -> Iterator[Refusal]:
    """Checks 3 to 6."""
    yield from body_refusals(context, movement, rules)
    general = context.state.get(RULE_TABLE, "")
    if general is not None and general.screened:
        yield from _sanctions(context, movement)


def body_refusals(context: Context, movement: Movement, rules: Rules) -> Iterator[Refusal]:
    """Checks 3 to 5."""
    for rule in rules:
        match rule.body:
            case CredentialRule() as body:
                yield from _credential(context, movement, rule, body)
            case LicenceRule() as body:
                yield from _licence(context, movement, rule, body)
            case JurisdictionRule() as body:
                yield from _jurisdiction(context, movement, rule, body)
            case _:
                break


def closed_refusals(context: Context, movement: Movement) -> Iterator[Refusal]:
    """The closed circuits alone, of what may come or go by right otherwise."""
    for rule in rules_of(context, movement.asset):
        if isinstance(rule.body, JurisdictionRule):
            for account in circuit_breaks(movement, rule.body.closed):
                yield refusal_about(
                    context, account, Code.JURISDICTION_REFUSED, rule.id, rule.version
                )


def lock_up_refusals(context: Context, movement: Movement, rules: Rules) -> Iterator[Refusal]:
    """Check 8, of the whole asset: nobody gives it before a date."""
    if movement.source is None:
        return
    for rule in rules:
        if isinstance(rule.body, LockUpRule) and context.business_date < rule.body.until:
            yield Refusal(Code.LOCKED_UP, rule.id, rule.version)


def _credential(
    context: Context, movement: Movement, rule: InForce, body: CredentialRule
) -> Iterator[Refusal]:
    """Check 3: credentials valid on the business date."""
    sides = (movement.source if body.gives else None, movement.target if body.receives else None)
    for account in sides:
        if account is None:
            continue
        known = context.state.get(CREDENTIAL, account.owner, body.credential)
        if known is None or known.revoked or known.valid_until < context.business_date:
            yield refusal_about(context, account, Code.CREDENTIAL_MISSING, rule.id, rule.version)


def _licence(
    context: Context, movement: Movement, rule: InForce, body: LicenceRule
) -> Iterator[Refusal]:
    """Check 4: what the servicing institution's phase allows, and a way out in every phase."""
    source = movement.source
    for account in (source, movement.target):
        if account is None or _is_licensed(context, account, movement, body):
            continue
        if account is not source or not is_exit(context, movement, account):
            yield refusal_about(context, account, Code.LICENCE_REQUIRED, rule.id, rule.version)


def _is_licensed(context: Context, account: Account, movement: Movement, body: LicenceRule) -> bool:
    institution = context.state.get(PARTICIPANT, account.servicer)
    if institution is None or not any(role in body.roles for role in institution.roles):
        return True
    licence = context.state.get(LICENCE, account.servicer)
    if licence is None:
        return False
    if is_exiting(context, account.servicer):
        return True  # the status table has said what they may
    allowed = 0
    for row in body.rows:
        if row.phase == licence.phase and row.category & licence.categories:
            allowed |= row.classes
    return bool(allowed & movement.operation_class)


def _jurisdiction(
    context: Context, movement: Movement, rule: InForce, body: JurisdictionRule
) -> Iterator[Refusal]:
    """Check 5: the closed circuit, then the matrix."""
    source, target = movement.source, movement.target
    for account in circuit_breaks(movement, body.closed):
        yield refusal_about(context, account, Code.JURISDICTION_REFUSED, rule.id, rule.version)
    issues = movement.operation_class is OperationClass.ISSUE
    if (source is None or target is None) and not issues:
        return  # a batch that does not know this side yet, or a ramp
    pair = (
        ISSUER if source is None else source.residency,
        ISSUER if target is None else target.residency,
    )
    if _allowed(pair, body) & movement.operation_class:
        return
    concerned = target or source
    if concerned is not None:
        yield refusal_about(context, concerned, Code.JURISDICTION_REFUSED, rule.id, rule.version)


def _allowed(pair: tuple[str, str], body: JurisdictionRule) -> int:
    """Classes that the first row which fits allows."""
    for row in body.rows:
        if row.source in (ANY, pair[0]) and row.target in (ANY, pair[1]):
            return row.classes
    return 0


def circuit_breaks(movement: Movement, closed: tuple[str, ...]) -> Iterator[Account]:
    """Non-resident accounts whose closed circuit a movement would break (page 04, SCRA / NRVA).

    In: inward remittances, sales, coupons, other accounts of the same person and class. Out: the
    same accounts, repatriation, purchases. Sales and purchases are TRADE, BID or ISSUE: that they
    are against payment is asked of the whole batch (limits.py). A repatriation begins nowhere else.
    """
    source, target = movement.source, movement.target
    same = (
        source is not None
        and target is not None
        and (source.owner, source.residency) == (target.owner, target.residency)
    )
    free = movement.operation_class is OperationClass.MOVE
    gives = source is not None and source.residency in closed
    if source is not None and gives and free and not same:
        if movement.channel is not Channel.REPATRIATE:
            yield source
    elif source is not None and movement.channel is Channel.REPATRIATE and not gives:
        yield source
    if target is not None and target.residency in closed and not same:
        issued = source is None and movement.operation_class is OperationClass.ISSUE
        if (free or issued) and movement.channel is not Channel.INWARD and not movement.in_batch:
            yield target


def _sanctions(context: Context, movement: Movement) -> Iterator[Refusal]:
    """Check 6: persons on a list, on either side."""
    for account in (movement.source, movement.target):
        entry = None if account is None else context.state.get(SANCTIONED, account.owner)
        if account is None or entry is None:
            continue
        for name in entry.lists:
            known = context.state.get(SANCTIONS_LIST, name)
            version = 0 if known is None else known.version
            yield refusal_about(context, account, Code.SANCTIONED, name, version)
