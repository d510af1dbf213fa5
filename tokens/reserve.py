"""The reserve of a stablecoin: its value, and the redemptions that wait for money in it (5.7).

Rules of this file:
1. No operation raises the supply above the value (reserve_value.py). When marks or dates lower the
   value below the supply, BREACH is set: no mint, redemption open, until the value covers it again.
2. Redemption is at par and in order of number: who came first is paid first, also if a later one is
   smaller. What is there pays a part of the first: no money lies idle while somebody waits.
3. What cannot be paid leaves the queue whatever the reserve holds, and stands in nobody's way.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import liens, posting
from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.context import Context
from tokens.eligibility import Movement, leaving_refusals
from tokens.events import BreachChanged, CashRedeemed, RedemptionEnded, RedemptionPaused
from tokens.limits import NetChange, cap_refusals
from tokens.lookup import require, require_account, require_asset
from tokens.posting import available, within_reach
from tokens.records.amend import with_item
from tokens.records.cash import (
    CASH_ASSET,
    CASH_BY_RESERVE,
    QUEUED_REDEMPTION,
    REDEMPTION_QUEUE,
    CashAsset,
    QueuedRedemption,
)
from tokens.records.holdings import LIEN, POSITION
from tokens.records.instruments import ASSET
from tokens.records.parties import Account
from tokens.records.reserves import REDEMPTION_PAUSE
from tokens.records.system import AgendaItem
from tokens.reserve_value import worth_of
from tokens.results import Code, Refusal
from tokens.rules import body_refusals, rules_of
from tokens.state import Overlay
from tokens.types import AccountPurpose, AgendaClass, AssetFlag, OperationClass

QUEUE_HANDLER = "redemption_queue"
CASH_ASSETS_MAX = 64
"""Stablecoins of a network: open_day looks at each."""
POSTINGS_PER_REDEMPTION = 4

_DOMAIN = b"mohur/redemption-queue/v1"


def reserve_value(state: Overlay, cash: CashAsset) -> int:
    """What backs the supply, in minor units of the backing money."""
    return worth_of(state, cash).value


def is_breached(state: Overlay, asset: str) -> bool:
    """Whether the flag BREACH is set."""
    return bool(require_asset(state, asset).flags & AssetFlag.BREACH)


def is_paused(context: Context, asset: str) -> bool:
    """Whether redemption rests on the business date."""
    pause = context.state.get(REDEMPTION_PAUSE, asset)
    return pause is not None and pause.until > context.business_date


def set_breach(context: Context, asset_id: str, supply: int, value: int) -> None:
    """Set or clear BREACH as supply and value say; an event when it changes."""
    asset = require_asset(context.state, asset_id)
    breach = supply > value
    if breach == bool(asset.flags & AssetFlag.BREACH):
        return
    flags = asset.flags ^ AssetFlag.BREACH.value
    context.state.put(ASSET, msgspec.structs.replace(asset, flags=flags))
    context.emit(BreachChanged(asset=asset_id, breach=breach, supply=supply, value=value))


def review(context: Context, cash: CashAsset) -> None:
    """Compare value and supply; called wherever anything but par redemption may change them."""
    supply = posting.supply_of(context.state, cash.asset)
    set_breach(context, cash.asset, supply, reserve_value(context.state, cash))


def review_all(context: Context) -> None:
    """Every stablecoin: at open_day, when marks begin to hold or grow stale."""
    for cash in context.state.scan(CASH_ASSET, CASH_BY_RESERVE, limit=CASH_ASSETS_MAX):
        review(context, cash)


def wake_queues(context: Context) -> None:
    """Every queue, once a business date: who cannot be paid any more stands in nobody's way."""
    for cash in context.state.scan(CASH_ASSET, CASH_BY_RESERVE, limit=CASH_ASSETS_MAX):
        wake_queue(context, cash.asset)


def paid_into(context: Context, account: Account) -> None:
    """A coupon or a redemption was paid: if into a reserve, look at it and at its queue."""
    if account.purpose is not AccountPurpose.RESERVE:
        return
    for cash in context.state.scan(CASH_ASSET, CASH_BY_RESERVE, (account.id,), limit=1):
        review(context, cash)
        wake_queue(context, cash.asset)


def payable_now(state: Overlay, cash: CashAsset) -> int:
    """Money in the reserve that can be paid out."""
    return available(state.get(POSITION, cash.backing, cash.reserve_account))


def redemption_refusals(
    context: Context, cash: CashAsset, source: bytes, target: bytes, amount: int
) -> Iterator[Refusal]:
    """What a payment of so much is asked, tokens from the one and money to the other.

    Asked when it is asked for, and again when its turn in the queue comes.
    """
    state = context.state
    tokens, money = require_asset(state, cash.asset), require_asset(state, cash.backing)
    giver, taker = require_account(state, source), require_account(state, target)
    yield from leaving_refusals(
        context, Movement(tokens, giver, taker, amount, OperationClass.MOVE)
    )
    known = {rule.id for rule in rules_of(context, tokens)}
    rules = [rule for rule in rules_of(context, money) if rule.id not in known]
    paid = Movement(money, giver, taker, amount, OperationClass.MOVE)
    yield from body_refusals(context, paid, rules)
    yield from cap_refusals(context, money, (NetChange(taker, amount),), rules)


def redeem(
    context: Context, cash: CashAsset, source: bytes, target: bytes, amount: int, number: int
) -> None:
    """Burn tokens, pay as much money from the reserve."""
    state = context.state
    posting.burn(context, require_asset(state, cash.asset), require_account(state, source), amount)
    posting.move(
        context,
        require_asset(state, cash.backing),
        require_account(state, cash.reserve_account),
        require_account(state, target),
        amount,
    )
    context.emit(
        CashRedeemed(asset=cash.asset, source=source, target=target, amount=amount, number=number)
    )


def wake_queue(context: Context, asset: str) -> None:
    """Money came into the reserve: let the agenda look at the queue, in this block."""
    if not context.state.scan(QUEUED_REDEMPTION, REDEMPTION_QUEUE, (asset,), limit=1):
        return
    schedule_queue(context, asset, context.business_date)


def schedule_queue(context: Context, asset: str, due_on: dt.date) -> None:
    """Look at the queue on a date."""
    schedule(
        context.state,
        item_for(
            asset.encode(),
            handler=QUEUE_HANDLER,
            domain=_DOMAIN,
            due_on=due_on,
            item_class=AgendaClass.SETTLE,
        ),
    )


def wake_queues_of(context: Context, account: bytes) -> None:
    """Freezes of an account have changed: if it is a reserve, what waits for it may go on."""
    for cash in context.state.scan(CASH_ASSET, CASH_BY_RESERVE, (account,), limit=1):
        wake_queue(context, cash.asset)


def run_queue(context: Context, item: AgendaItem, quota: int) -> Step:
    """Pay the head of the queue, or a part of it, as long as the reserve has money."""
    state = context.state
    asset = item.subject.decode()
    if is_paused(context, asset):
        return Step(1, None)
    if state.get(REDEMPTION_PAUSE, asset) is not None:
        state.delete(REDEMPTION_PAUSE, asset)
        context.emit(RedemptionPaused(asset=asset, until=None, reason="its date has come"))
    used = 0
    while used == 0 or used + POSTINGS_PER_REDEMPTION <= quota:
        head = state.scan(QUEUED_REDEMPTION, REDEMPTION_QUEUE, (asset,), limit=1)
        cash = require(state, CASH_ASSET, asset)
        if not head:
            return Step(used, None)
        reason = _unpayable(context, cash, head[0])
        part = min(head[0].amount, payable_now(state, cash))
        if reason is not None:
            leave_queue(context, head[0], reason)
        elif part:
            _pay(context, cash, head[0], part)
        else:
            return Step(used, None)
        item = with_item(item, head[0].number.to_bytes(8, "big"))
        used += POSTINGS_PER_REDEMPTION
    return Step(min(used, quota), item)


def _unpayable(context: Context, cash: CashAsset, entry: QueuedRedemption) -> Code | None:
    """Why an entry cannot be paid, whatever the reserve has: a freeze of its tokens, or a rule."""
    if within_reach(context.state.get(POSITION, entry.asset, entry.source)) < entry.amount:
        return Code.ACCOUNT_FROZEN
    asked = redemption_refusals(context, cash, entry.source, entry.target, entry.amount)
    return next((refusal.code for refusal in asked), None)


def _pay(context: Context, cash: CashAsset, entry: QueuedRedemption, part: int) -> None:
    """Pay one entry, whole or a part of it."""
    _lower(context, entry, part)
    redeem(context, cash, entry.source, entry.target, part, entry.number)


def leave_queue(context: Context, entry: QueuedRedemption, reason: Code) -> None:
    """An entry ends unpaid: its tokens are no longer held, and the next one moves up.

    No queue has to be woken: what could have been paid to the first was.
    """
    _lower(context, entry, entry.amount)
    context.emit(
        RedemptionEnded(
            asset=entry.asset,
            number=entry.number,
            source=entry.source,
            amount=entry.amount,
            reason=int(reason),
        )
    )


def _lower(context: Context, entry: QueuedRedemption, part: int) -> None:
    """An entry waits for `part` less, and holds as much less; with nothing left it is gone."""
    state = context.state
    cash, lien = require(state, CASH_ASSET, entry.asset), require(state, LIEN, entry.lien)
    rest = entry.amount - part
    if rest:
        state.put(QUEUED_REDEMPTION, msgspec.structs.replace(entry, amount=rest))
        liens.change(context, lien, msgspec.structs.replace(lien, amount=rest))
    else:
        state.delete(QUEUED_REDEMPTION, entry.asset, entry.number)
        liens.lift(context, lien)
    state.put(CASH_ASSET, msgspec.structs.replace(cash, queued=cash.queued - part))


REDEMPTION_QUEUE_HANDLER = AgendaHandler(name=QUEUE_HANDLER, family="cash", run=run_queue)
