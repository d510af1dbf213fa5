"""Rules that change: bodies that wait for their date, and the tables that name them (page 04).

Rules of this file:
1. A body is in force from its business date on whether the agenda has come by or not (rules.py,
   in_force); the agenda only tidies up.
2. A table names a rule from the day it is set until it has ended.
"""

import datetime as dt

import msgspec

from tokens.agenda import AgendaHandler, Step, schedule
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import RuleChanged
from tokens.records.rules import RANKS, RULE, RULE_TABLE, Rule, RuleBody, RuleTable
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
    list_rule(context.state, new)
    context.emit(
        RuleChanged(rule=rule.id, version=old.version + 1, effective_on=on, ended=body is None)
    )
    if new.next_on is not None:
        subject = rule.id.encode()
        schedule(
            context.state,
            AgendaItem(
                due_on=on,
                item_class=AgendaClass.CHANGE,
                id=tagged_hash(_ITEM, subject),
                handler=HANDLER,
                subject=subject,
                cursor=b"",
            ),
        )


def table_of(state: Overlay, asset: str | None) -> RuleTable:
    """The table of an asset (None: of all assets); empty if there is none."""
    known = state.get(RULE_TABLE, asset or "")
    return RuleTable(asset=asset or "", rules=(), screened=False) if known is None else known


def list_rule(state: Overlay, rule: Rule) -> None:
    """Name a rule in its table, or no more, in the order of checks."""
    table = table_of(state, rule.asset)
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
        list_rule(context.state, new)
    return Step(1, None)


RULE_CHANGE_AGENDA = AgendaHandler(name=HANDLER, family="rules", run=run_change)
