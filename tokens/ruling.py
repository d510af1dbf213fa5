"""Rules that change: bodies that wait for their date, and the tables that name them (page 04).

Rules of this file:
1. A body is in force from its business date on whether the agenda has come by or not (rules.py,
   in_force); the agenda only tidies up.
2. A table names a rule from the day it is set until it has ended.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.context import Context
from tokens.events import RuleChanged
from tokens.records.market_rules import (
    MARKET,
    AuctionRule,
    IssueRule,
    MarketBody,
    ReserveRule,
)
from tokens.records.rules import (
    RANKS,
    RULE,
    RULE_TABLE,
    BalanceRule,
    CredentialRule,
    HolderCapRule,
    JurisdictionRule,
    LicenceRule,
    LockUpRule,
    Rule,
    RuleBody,
    RuleTable,
    VelocityRule,
)
from tokens.records.system import AgendaItem
from tokens.rules import in_force
from tokens.state import Overlay
from tokens.types import AgendaClass

HANDLER = "rule_change"

_ITEM = b"mohur/rule-change/v1"


def settled(rule: Rule, day: dt.date) -> Rule:
    """The rule with what waited for a business date in its place."""
    if rule.next_on is None or day < rule.next_on:
        return rule
    current = in_force(rule, day)
    return Rule(
        id=rule.id,
        asset=rule.asset,
        version=rule.version + 1,
        body=None if current is None else current.body,
        next_body=None,
        next_on=None,
    )


def change_rule(context: Context, rule: Rule, body: RuleBody | None, on: dt.date) -> None:
    """Give a rule another body (None: end it) from a business date on."""
    old = settled(rule, context.business_date)
    new = settled(msgspec.structs.replace(old, next_body=body, next_on=on), context.business_date)
    context.state.put(RULE, new)
    said = body or old.body or old.next_body
    if said is not None:
        list_rule(context.state, new, said)
    context.emit(
        RuleChanged(rule=rule.id, version=old.version + 1, effective_on=on, ended=body is None)
    )
    if new.next_on is not None:
        subject = rule.id.encode()
        schedule(
            context.state,
            item_for(
                subject, handler=HANDLER, domain=_ITEM, due_on=on, item_class=AgendaClass.CHANGE
            ),
        )


def is_sound(body: RuleBody, asset: str | None) -> bool:
    """Whether a body can be read in one way, and concerns what such a body can concern."""
    match body:
        case CredentialRule():
            return body.gives or body.receives
        case LicenceRule():
            return _rise(body.roles)
        case JurisdictionRule():
            return _rise(body.closed)
        case HolderCapRule():
            limits = (body.amount_max, body.share_e6, body.holders_max)
            return asset is not None and any(limit is not None for limit in limits)
        case LockUpRule():
            return asset is not None
        case VelocityRule() | BalanceRule():
            return asset is not None and _rise([entry.tier for entry in body.limits])
        case IssueRule() | AuctionRule() | ReserveRule():
            return asset is None and _is_market_sound(body)


def _is_market_sound(body: MarketBody) -> bool:
    match body:
        case IssueRule():
            names = sorted(row.name for row in body.rows)
            cut = all((row.tenor_days or row.tenor_years) for row in body.rows)
            tenors = all(_rise(row.tenor_days) and _rise(row.tenor_years) for row in body.rows)
            return cut and tenors and _rise(names)
        case AuctionRule():
            ncbs = [row.ncb for row in body.rows if row.ncb is not None]
            sound = all(one.cap_min <= one.cap_max and _rise(one.excluded_classes) for one in ncbs)
            return sound and _rise([row.method for row in body.rows])
        case ReserveRule():
            return True


def _rise(values: Sequence[str] | Sequence[int]) -> bool:
    return all(first < second for first, second in pairwise(values))  # type: ignore[operator]


def table_name(asset: str | None, body: RuleBody) -> str:
    """Name of the table that lists a rule."""
    return MARKET if isinstance(body, MarketBody) else asset or ""


def table_of(state: Overlay, name: str) -> RuleTable:
    """The table of an asset ("": of all assets; MARKET: of the market); empty if there is none."""
    known = state.get(RULE_TABLE, name)
    return RuleTable(asset=name, rules=(), screened=False) if known is None else known


def begin_rule(state: Overlay, name: str, asset: str | None, body: RuleBody) -> None:
    """A rule that is in force from genesis on."""
    rule = Rule(id=name, asset=asset, version=1, body=body, next_body=None, next_on=None)
    state.put(RULE, rule)
    list_rule(state, rule, body)


def list_rule(state: Overlay, rule: Rule, said: RuleBody) -> None:
    """Name a rule in its table, or no more, in the order of checks; `said`: a body of its kind."""
    table = table_of(state, table_name(rule.asset, said))
    names = [name for name in table.rules if name != rule.id]
    if rule.body is not None or rule.next_body is not None:
        names.append(rule.id)
    ranked = sorted((_rank(state, name), name) for name in names)
    rules = tuple(name for _, name in ranked)
    state.put(RULE_TABLE, msgspec.structs.replace(table, rules=rules))


def _rank(state: Overlay, name: str) -> int:
    rule = state.get(RULE, name)
    body = None if rule is None else rule.body or rule.next_body
    return 0 if body is None else RANKS[type(body)]


def run_change(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: what waited takes its place, unless it was set again for later."""
    del quota
    rule = context.state.get(RULE, item.subject.decode())
    if rule is not None:
        new = settled(rule, context.business_date)
        context.state.put(RULE, new)
        said = rule.body or rule.next_body
        if said is not None:
            list_rule(context.state, new, said)
    return Step(1, None)


RULE_CHANGE_AGENDA = AgendaHandler(name=HANDLER, family="rules", run=run_change)
