"""A change of a reserve: what may come in, its legs, and what follows from it (5.7)."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from tokens import posting, reserve
from tokens.context import Context
from tokens.eligibility import Movement, movement_refusals
from tokens.events import ReserveChanged
from tokens.limits import count_given
from tokens.lookup import require_account, require_asset
from tokens.marks import fresh_mark
from tokens.records.cash import CashAsset
from tokens.records.parties import Account
from tokens.records.reserves import RESERVE_POLICY, SECURITIES_MAX, ReservePolicy
from tokens.reserve_value import counted, is_concentrated, is_eligible, worth_of
from tokens.results import Code, Refusal
from tokens.travel_legs import Passage, passage_refusals
from tokens.types import OperationClass


class Change(NamedTuple):
    """What an operation does to a reserve."""

    cash: CashAsset
    out: str | None
    out_amount: int
    into: str | None
    into_amount: int
    account: Account
    """The other side."""


def incoming_refusals(context: Context, change: Change) -> Iterator[Refusal]:
    """What comes in counts: money, or a security under the rules, not all in one basket."""
    state, cash, into = context.state, change.cash, change.into
    if into is None or into == cash.backing:
        return
    policy = state.get(RESERVE_POLICY, cash.asset)
    if policy is None or not is_eligible(state, cash, policy, into):
        yield Refusal(Code.RESERVE_NOT_ELIGIBLE)
        return
    known = _held(context, change, policy)
    if into not in known and len(known) >= SECURITIES_MAX:
        yield Refusal(Code.RESERVE_NOT_ELIGIBLE)
    mark = fresh_mark(context, into)
    if isinstance(mark, Code):  # else it counts nothing, whatever its amount
        yield Refusal(mark)
    elif not counted(state, cash, policy, into, change.into_amount):
        yield Refusal(Code.AMOUNT_ZERO)
    if is_concentrated(worth_of(state, cash, moved_by(change)), policy, into):
        yield Refusal(Code.CONCENTRATION_EXCEEDED)


def moved_by(change: Change) -> Mapping[str, int]:
    """Asset -> signed minor units that the reserve changes by."""
    moved: dict[str, int] = {}
    if change.out is not None:
        moved[change.out] = -change.out_amount
    if change.into is not None:
        moved[change.into] = moved.get(change.into, 0) + change.into_amount
    return moved


def leg_refusals(context: Context, change: Change) -> Iterator[Refusal]:
    """Both movements by the usual rules; only these may touch the reserve account."""
    state, place = context.state, change.cash.reserve_account
    home = require_account(state, place)
    if change.out is not None:
        yield from movement_refusals(
            context,
            Movement(
                asset=require_asset(state, change.out),
                source=home,
                target=change.account,
                amount=change.out_amount,
                operation_class=OperationClass.TRADE,
                from_reserve=place,
            ),
        )
    if change.into is not None:
        yield from movement_refusals(
            context,
            Movement(
                asset=require_asset(state, change.into),
                source=change.account,
                target=home,
                amount=change.into_amount,
                operation_class=OperationClass.TRADE,
                reserve=place,
            ),
        )


def travel_refusals(
    context: Context, change: Change, travel_hash: bytes | None
) -> Iterator[Refusal]:
    """The travel rule, where a client of another institution is the other side."""
    home, account = require_account(context.state, change.cash.reserve_account), change.account
    passages = []
    if change.out is not None:
        passages.append(Passage(change.out, home, account, change.out_amount, travel_hash))
    if change.into is not None:
        passages.append(Passage(change.into, account, home, change.into_amount, travel_hash))
    yield from passage_refusals(context, *passages)


def _held(context: Context, change: Change, policy: ReservePolicy) -> tuple[str, ...]:
    """Securities of the list that still have a balance: those that were paid leave it."""
    state, place = context.state, change.cash.reserve_account
    return tuple(asset for asset in policy.securities if posting.balance_of(state, asset, place))


def post(context: Context, change: Change) -> None:
    """Post the legs, keep the list, look at the breach and at who waits."""
    state, cash = context.state, change.cash
    home = require_account(state, cash.reserve_account)
    if change.out is not None:
        asset = require_asset(state, change.out)
        posting.move(context, asset, home, change.account, change.out_amount)
    if change.into is not None:
        asset = require_asset(state, change.into)
        count_given(context, asset, change.account, change.into_amount)
        posting.move(context, asset, change.account, home, change.into_amount)
    policy = state.get(RESERVE_POLICY, cash.asset)
    if policy is not None:
        held = _held(context, change, policy)
        if change.into is not None and change.into not in (*held, cash.backing):
            held = (*held, change.into)
        listed = tuple(sorted(held))
        state.put(RESERVE_POLICY, msgspec.structs.replace(policy, securities=listed))
    context.emit(
        ReserveChanged(
            asset=cash.asset,
            into=change.into,
            into_amount=change.into_amount,
            out=change.out,
            out_amount=change.out_amount,
            account=change.account.id,
            value=reserve.reserve_value(state, cash),
        )
    )
    reserve.review(context, cash)
    reserve.wake_queue(context, cash.asset)
