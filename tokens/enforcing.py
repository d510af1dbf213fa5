"""What a pledgee may take of a pledge, and what it owes the pledgor for it (5.6).

Rules of this file:
1. The law of the state says which ways are open (parameter `enforcement_modes`): the pledgee takes
   title at the mark, or the units are sold. Money in the currency of the claim is set off in both.
2. Nobody gains by a default: what is worth or fetches more than the claim is paid to the pledgor in
   the same step, and what was not needed is free.
3. A pledge ranks before the freezes that came after it: what the pledgor gives asks none of them.
   Who receives is asked as in every trade.
4. A notice ends with its pledge (tokens/notices.py).
"""

from collections.abc import Iterator
from typing import NamedTuple

from tokens import posting
from tokens.context import Context
from tokens.credit_stops import freeze_credit
from tokens.eligibility import movement_refusals, net_refusals, rule_refusals
from tokens.limits import NetChange, count_given
from tokens.lookup import require_account, require_asset
from tokens.marks import value_today_floor
from tokens.movement import Movement
from tokens.parameters import parameter
from tokens.records.enforcements import Enforcement
from tokens.records.holdings import Lien
from tokens.repo_value import amount_worth, last_value_floor
from tokens.reserve import wake_queues_of
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.types import OperationClass

APPROPRIATION, SALE = 1, 2
"""Bits of `enforcement_modes`."""


class Taken(NamedTuple):
    """Units that leave a part of a pledge."""

    lien: Lien
    amount: int
    value: int
    """What they count against the claim, minor units of the cash asset."""


def is_open(state: Overlay, mode: int) -> bool:
    """Whether the law of the state knows this way."""
    return bool(parameter(state, "enforcement_modes") & mode)


def set_off(parts: tuple[Lien, ...], notice: Enforcement) -> list[Taken]:
    """Pledged money in the currency of the claim, up to the claim."""
    found: list[Taken] = []
    left = notice.claim
    for lien in parts:
        if lien.asset == notice.cash_asset and left:
            amount = min(left, lien.amount or 0)
            found.append(Taken(lien, amount, amount))
            left -= amount
    return found


def appropriation(
    context: Context, parts: tuple[Lien, ...], notice: Enforcement
) -> list[Taken] | Code:
    """Money first, then units at the mark until the claim is covered; MARK_STALE without one."""
    state = context.state
    found = set_off(parts, notice)
    left = notice.claim - sum(one.value for one in found)
    for lien in parts:
        asset, whole = lien.asset or "", lien.amount or 0
        if asset == notice.cash_asset or not left:
            continue
        fresh = value_today_floor(state, asset, whole, 0)
        if isinstance(fresh, Code):
            return fresh
        amount = amount_worth(state, asset, whole, left)
        value = last_value_floor(state, asset, amount)
        found.append(Taken(lien, amount, value))
        left = max(0, left - value)
    return found


def receiving_refusals(context: Context, taken: list[Taken], target: bytes) -> Iterator[Refusal]:
    """Why an account cannot receive what is taken; the pledgor is not asked (rule 3)."""
    state = context.state
    account = require_account(state, target)
    changes = []
    for one in taken:
        asset = require_asset(state, one.lien.asset or "")
        movement = Movement(
            asset=asset,
            source=None,
            target=account,
            amount=one.amount,
            operation_class=OperationClass.TRADE,
            in_batch=True,
        )
        yield from rule_refusals(context, movement)
        changes.append((asset, NetChange(account, one.amount)))
    yield from net_refusals(context, changes)


def paying_refusals(
    context: Context, asset: str, source: bytes, target: bytes, amount: int
) -> Iterator[Refusal]:
    """Why a buyer cannot pay; what is the pledgor's of it is never refused (rule 2)."""
    state = context.state
    movement = Movement(
        asset=require_asset(state, asset),
        source=require_account(state, source),
        target=require_account(state, target),
        amount=amount,
        operation_class=OperationClass.TRADE,
    )
    yield from movement_refusals(context, movement)


def surplus_refusals(
    context: Context, asset: str, account: bytes, amount: int
) -> Iterator[Refusal]:
    """Why a pledgee cannot pay the pledgor what is too much, as in every payment of a trade.

    The pledgor is not asked: what is its own of it is never refused (rule 2).
    """
    state = context.state
    movement = Movement(
        asset=require_asset(state, asset),
        source=require_account(state, account),
        target=None,
        amount=amount,
        operation_class=OperationClass.TRADE,
    )
    for refusal in movement_refusals(context, movement):
        if refusal.code is not Code.DENOM_NOT_MULTIPLE:
            yield refusal


def take(context: Context, one: Taken, target: bytes) -> None:
    """Out of the pledge, to whom it goes now. Its lien was lifted or lowered before."""
    state = context.state
    source = require_account(state, one.lien.account)
    asset = require_asset(state, one.lien.asset or "")
    posting.move(context, asset, source, require_account(state, target), one.amount)


def pay(context: Context, asset: str, source: bytes, target: bytes, amount: int) -> None:
    """Money of who has been checked; it counts among what its person gives today."""
    if amount:
        state = context.state
        giver, taker = require_account(state, source), require_account(state, target)
        money = require_asset(state, asset)
        count_given(context, money, giver, amount)
        posting.move(context, money, giver, taker, amount)


def give_back(context: Context, asset: str, source: bytes, pledgor: bytes, amount: int) -> None:
    """What the pledgor gets: a stop of its credits catches it, as a coupon."""
    pay(context, asset, source, pledgor, amount)
    if amount:
        freeze_credit(context, pledgor, asset, amount)
    wake_queues_of(context, pledgor)
