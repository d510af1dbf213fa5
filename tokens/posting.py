"""Postings: the only place where balances, supplies and bank totals change.

Rules of this file:
1. Callers have checked. What would break an invariant raises PostingFault: a bug of this node,
   never an answer to a user.
2. A posting answers the asset's last record first: it stores the quantity before it (5.3, a record
   is a number). While an older record is unpaid its answer moves to a RecordStamp, it is never
   overwritten.
3. A position born while all assets of its account are frozen is born frozen (liens.py, rule 2).
4. Supply and the servicer's total follow each posting, in the same call; so does the count of
   holders where the asset is counted (holders.py).
"""

from tokens.context import Context
from tokens.events import Burned, Issued, Moved
from tokens.holders import count_change
from tokens.records.control import ACCOUNT_FREEZES
from tokens.records.holdings import (
    BANK_TOTAL,
    POSITION,
    SUPPLY,
    BankTotal,
    Position,
    Supply,
)
from tokens.records.instruments import RECORD_STAMP, RECORD_STAMPS, Asset, RecordStamp
from tokens.records.parties import Account
from tokens.records.reassignments import REASSIGNMENT
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT, AssetFlag

_COUNTED = AssetFlag.COUNTED.value


class PostingFault(Exception):
    """A posting that no check let through: this node is wrong."""


def available(position: Position | None) -> int:
    """What may be moved, held or pledged, in minor units: never below 0."""
    if position is None:
        return 0
    free = position.balance - position.held - position.pledged - position.frozen
    return max(0, free)


def within_reach(position: Position | None) -> int:
    """What may still be taken out of holds, in minor units: a freeze reaches them (page 04)."""
    if position is None:
        return 0
    return max(0, position.balance - position.pledged - position.frozen)


def balance_of(state: Overlay, asset: str, account: bytes) -> int:
    """Balance in minor units; 0 where there is no position."""
    position = state.get(POSITION, asset, account)
    return 0 if position is None else position.balance


def supply_of(state: Overlay, asset: str) -> int:
    """Units in existence, minor units."""
    supply = state.get(SUPPLY, asset)
    return 0 if supply is None else supply.amount


def entitled(state: Overlay, asset: str, position: Position, record_no: int) -> int:
    """Quantity that a position held when a record was taken (5.3)."""
    if position.record_no < record_no:
        return position.balance
    stamps = state.scan(
        RECORD_STAMP,
        RECORD_STAMPS,
        (asset, position.account),
        after=(asset, position.account, record_no - 1),
        limit=1,
    )
    if stamps and stamps[0].record_no < position.record_no:
        return stamps[0].quantity
    return position.record_quantity


def move(context: Context, asset: Asset, source: Account, target: Account, amount: int) -> None:
    """Debit one account, credit another."""
    state = context.state
    _shift(state, asset, source, -amount)
    _shift(state, asset, target, amount)
    giver, taker = total_holder(state, source, asset.id), total_holder(state, target, asset.id)
    if giver != taker:
        _total(state, giver, asset.id, -amount)
        _total(state, taker, asset.id, amount)
    context.emit(Moved(asset=asset.id, source=source.id, target=target.id, amount=amount))


def issue(context: Context, asset: Asset, target: Account, amount: int) -> None:
    """Units come into being in an account."""
    state = context.state
    change_supply(state, asset.id, amount)
    _shift(state, asset, target, amount)
    _total(state, total_holder(state, target, asset.id), asset.id, amount)
    context.emit(Issued(asset=asset.id, target=target.id, amount=amount))


def burn(context: Context, asset: Asset, source: Account, amount: int) -> None:
    """Units of an account cease to be."""
    state = context.state
    _shift(state, asset, source, -amount)
    _total(state, total_holder(state, source, asset.id), asset.id, -amount)
    change_supply(state, asset.id, -amount)
    context.emit(Burned(asset=asset.id, source=source.id, amount=amount))


def post_net(state: Overlay, asset: Asset, account: Account, delta: int) -> None:
    """Post the net effect of a batch on one account; the caller conserves the asset."""
    if delta:
        _shift(state, asset, account, delta)
        _total(state, total_holder(state, account, asset.id), asset.id, delta)


def total_holder(state: Overlay, account: Account, asset: str) -> bytes:
    """Participant in whose total of an asset an account counts.

    Its servicer; while a reassignment is on the way and has not come to the asset, the one before.
    """
    moving = state.get(REASSIGNMENT, account.id)
    return account.servicer if moving is None or asset <= moving.cursor else moving.old


def move_total(state: Overlay, old: bytes, new: bytes, position: Position) -> None:
    """A position goes to another servicer: the totals follow, nothing else changes."""
    if position.balance:
        _total(state, old, position.asset, -position.balance)
        _total(state, new, position.asset, position.balance)


def change_supply(state: Overlay, asset: str, delta: int) -> None:
    """Add to the units in existence."""
    amount = supply_of(state, asset) + delta
    if not 0 <= amount <= AMOUNT_LIMIT:
        raise PostingFault(f"supply of {asset} would be {amount}")
    state.put(SUPPLY, Supply(asset=asset, amount=amount))


def _shift(state: Overlay, asset: Asset, holder: Account, delta: int) -> None:
    if asset.flags & _COUNTED:
        count_change(state, asset.id, holder, delta)
    account = holder.id
    old = state.get(POSITION, asset.id, account)
    record_no = asset.record_no
    if old is None:
        if delta < 0:
            raise PostingFault(f"no position in {asset.id} to debit")
        born_frozen = state.get(ACCOUNT_FREEZES, account) is not None
        state.put(
            POSITION,
            Position(
                asset=asset.id,
                account=account,
                balance=delta,
                held=0,
                pledged=0,
                frozen=AMOUNT_LIMIT if born_frozen else 0,
                record_no=record_no,
                record_quantity=0,
            ),
        )
        return
    balance = old.balance + delta
    if balance < old.held + old.pledged:
        raise PostingFault(f"balance in {asset.id} would be {balance}, below its liens")
    quantity = old.record_quantity
    if old.record_no < record_no:
        _keep_stamp(state, asset, old)
        quantity = old.balance
    state.put(
        POSITION,
        Position(
            asset=asset.id,
            account=account,
            balance=balance,
            held=old.held,
            pledged=old.pledged,
            frozen=old.frozen,
            record_no=record_no,
            record_quantity=quantity,
        ),
    )


def _keep_stamp(state: Overlay, asset: Asset, position: Position) -> None:
    """Move an answer to a record that is still unpaid out of the way of the next one."""
    if asset.unpaid_record and position.record_no >= asset.unpaid_record:
        state.put(
            RECORD_STAMP,
            RecordStamp(
                asset=asset.id,
                account=position.account,
                record_no=position.record_no,
                quantity=position.record_quantity,
            ),
        )


def _total(state: Overlay, servicer: bytes, asset: str, delta: int) -> None:
    total = state.get(BANK_TOTAL, servicer, asset)
    amount = delta if total is None else total.amount + delta
    if not 0 <= amount <= AMOUNT_LIMIT:
        raise PostingFault(f"bank total of {asset} would be {amount}")
    state.put(BANK_TOTAL, BankTotal(servicer=servicer, asset=asset, amount=amount))
