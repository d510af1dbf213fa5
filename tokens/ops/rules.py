"""Governed rules: set, change, end; and lock-ups of single accounts (page 04, Order of checks)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.codec import encode
from tokens.context import Context
from tokens.events import LockUpSet
from tokens.holders import begin_count
from tokens.lookup import require, require_asset
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.persons import LOCK_UP, LockUp
from tokens.records.rules import (
    RULE,
    RULES_MAX,
    HolderCapRule,
    Rule,
    RuleBody,
)
from tokens.records.system import AgendaItem
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.ruling import change_rule, is_sound, settled, table_name, table_of
from tokens.types import (
    Address,
    Amount,
    AssetFlag,
    AssetId,
    OperationClass,
    Symbol,
)

LOCK_UP_HANDLER = "lock_up_end"

_ITEM = b"mohur/lock-up/v1"
_subject = msgspec.msgpack.Decoder(tuple[str, bytes])


class SetRule(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=225,
):
    """Set a rule, or give it another version, from a business date on."""

    id: Symbol
    """Name of the rule; its versions count from 1."""
    asset: AssetId | None
    """What it concerns; None = all assets. It never changes."""
    body: RuleBody
    """What it says; a rule keeps its kind until it has ended. Caps, lock-ups, limits of tiers name
    an asset; rules of the market name none."""
    effective_on: dt.date
    """First business date of the new version, today or later."""


class EndRule(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=226,
):
    """End a rule from a business date on; its name and versions stay taken."""

    id: Symbol
    """The rule."""
    effective_on: dt.date
    """First business date without it, today or later."""


class SetLockUp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=227,
):
    """Keep units in one account until a date."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    account: Address
    """Account that keeps them."""
    amount: Amount
    """Minor units that must stay, 0..2^64-1; 0 ends the lock-up."""
    until: dt.date
    """First business date on which they may be given."""


def check_set(context: Context, operation: SetRule) -> Iterator[Refusal]:
    """A body that can be read in one way, for a known asset, with room in its table."""
    state = context.state
    if not is_sound(operation.body, operation.asset):
        yield Refusal(Code.BAD_FIELD)
    if operation.asset is not None and state.get(ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
    if operation.effective_on < context.business_date:
        yield Refusal(Code.BAD_DATE)
    known = state.get(RULE, operation.id)
    if known is not None:
        kinds = [type(body) for body in (known.body, known.next_body) if body is not None]
        if known.asset != operation.asset or any(k is not type(operation.body) for k in kinds):
            yield Refusal(Code.BAD_FIELD)
    listed = table_of(state, table_name(operation.asset, operation.body)).rules
    if operation.id not in listed and len(listed) >= RULES_MAX:
        yield Refusal(Code.RULE_LIMIT)


def apply_set(context: Context, operation: SetRule) -> None:
    """In force on its date; a cap begins to count holders today."""
    state = context.state
    known = state.get(RULE, operation.id) or Rule(
        id=operation.id, asset=operation.asset, version=0, body=None, next_body=None, next_on=None
    )
    if isinstance(operation.body, HolderCapRule) and operation.asset is not None:
        begin_count(context, require_asset(state, operation.asset))
    change_rule(context, known, operation.body, operation.effective_on)


def check_end(context: Context, operation: EndRule) -> Iterator[Refusal]:
    """A rule that is in force or will be."""
    known = context.state.get(RULE, operation.id)
    rule = None if known is None else settled(known, context.business_date)
    if rule is None or (rule.body is None and rule.next_body is None):
        yield Refusal(Code.NOT_FOUND)
    if operation.effective_on < context.business_date:
        yield Refusal(Code.BAD_DATE)


def apply_end(context: Context, operation: EndRule) -> None:
    """No body from its date on."""
    rule = require(context.state, RULE, operation.id)
    change_rule(context, rule, None, operation.effective_on)


def check_lock(context: Context, operation: SetLockUp) -> Iterator[Refusal]:
    """Known asset and account, and a date to come."""
    if context.state.get(ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
    if context.state.get(ACCOUNT, operation.account) is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
    known = context.state.get(LOCK_UP, operation.asset, operation.account)
    if not operation.amount and (known is None or not known.amount):
        yield Refusal(Code.NOT_FOUND)
    if operation.amount and operation.until <= context.business_date:
        yield Refusal(Code.BAD_DATE)


def apply_lock(context: Context, operation: SetLockUp) -> None:
    """The next version of the lock-up, and its end on the agenda."""
    state = context.state
    asset = require_asset(state, operation.asset)
    known = state.get(LOCK_UP, asset.id, operation.account)
    version = 1 if known is None else known.version + 1
    lock = LockUp(
        asset=asset.id,
        account=operation.account,
        version=version,
        amount=operation.amount,
        until=operation.until,
    )
    flags = asset.flags | AssetFlag.LOCKED_UP.value
    state.put(ASSET, msgspec.structs.replace(asset, flags=flags))
    state.put(LOCK_UP, lock)
    context.emit(
        LockUpSet(
            asset=asset.id,
            account=lock.account,
            version=version,
            amount=lock.amount,
            until=lock.until,
        )
    )
    if lock.amount:
        subject = encode((asset.id, lock.account))
        schedule(
            state,
            item_for(subject, handler=LOCK_UP_HANDLER, domain=_ITEM, due_on=lock.until),
        )


def run_lock_up_end(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: a lock-up that is over keeps its version and nothing else, unless it lives longer."""
    del quota
    lock = context.state.get(LOCK_UP, *_subject.decode(item.subject))
    if lock is not None and lock.amount and lock.until <= context.business_date:
        context.state.put(LOCK_UP, msgspec.structs.replace(lock, amount=0))
    return Step(1, None)


LOCK_UP_AGENDA = AgendaHandler(name=LOCK_UP_HANDLER, family="rules", run=run_lock_up_end)

SET_RULE = OperationSpec(
    operation=SetRule,
    name="set_rule",
    family="rules",
    operation_class=OperationClass.GOVERN,
    check=check_set,
    apply=apply_set,
    approval="rules",
    codes=(Code.BAD_FIELD, Code.UNKNOWN_ASSET, Code.BAD_DATE, Code.RULE_LIMIT),
)

END_RULE = OperationSpec(
    operation=EndRule,
    name="end_rule",
    family="rules",
    operation_class=OperationClass.GOVERN,
    check=check_end,
    apply=apply_end,
    approval="rules",
    codes=(Code.NOT_FOUND, Code.BAD_DATE),
)

SET_LOCK_UP = OperationSpec(
    operation=SetLockUp,
    name="set_lock_up",
    family="rules",
    operation_class=OperationClass.GOVERN,
    check=check_lock,
    apply=apply_lock,
    approval="rules",
    codes=(Code.UNKNOWN_ASSET, Code.UNKNOWN_ACCOUNT, Code.NOT_FOUND, Code.BAD_DATE),
)
