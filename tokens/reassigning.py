"""Accounts that go to another institution: the id, balances and liens stay (page 04, Licences).

Rules of this file:
1. The new institution services the account from the operation on. What follows is bookkeeping, done
   by the agenda in pages: the totals of both banks, position by position in the order of the asset
   codes; then the money that waits unclaimed.
2. Meanwhile the account is used as any other. A record says how far the totals have come; postings,
   proofs and statements ask it (posting.total_holder). There is one at a time for an account.
3. An entry of unclaimed money says itself where it lies. What an authority has frozen there cannot
   go along: it is tried again on each business date, and stays payable.
"""

import datetime as dt

import msgspec

from tokens import posting
from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.codec import encode
from tokens.context import Context
from tokens.events import ServicerChanged, TotalsMoved
from tokens.lookup import require_account, require_asset
from tokens.records.amend import with_item
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT, Account
from tokens.records.reassignments import REASSIGNMENT, Reassignment
from tokens.records.system import AgendaItem
from tokens.unclaimed import unclaimed_account_of

HANDLER = "reassignment"
POSTINGS_PER_POSITION = 2
"""The totals of both banks; an unclaimed entry moves two balances and is written, and counts so."""
HOLDINGS = POSITION.indexes[1]
CLAIMS = UNCLAIMED.indexes[0]

_ITEM = b"mohur/reassignment/v1"
_place = msgspec.msgpack.Decoder(tuple[str, int])


def begin(context: Context, account: Account, to: bytes) -> None:
    """The account has another servicer; the rest goes on the agenda."""
    state = context.state
    state.put(
        REASSIGNMENT, Reassignment(account=account.id, old=account.servicer, new=to, cursor="")
    )
    state.put(ACCOUNT, msgspec.structs.replace(account, servicer=to))
    _enqueue(context, account.id, context.business_date)
    context.emit(ServicerChanged(account=account.id, old=account.servicer, new=to))


def _enqueue(context: Context, account: bytes, on: dt.date) -> None:
    schedule(
        context.state,
        item_for(account, handler=HANDLER, domain=_ITEM, due_on=on),
    )


def run_reassignment(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: one page of an account."""
    limit = max(1, quota // POSTINGS_PER_POSITION)
    moving = context.state.get(REASSIGNMENT, item.subject)
    if moving is not None:
        return Step(min(quota, _move_totals(context, moving, limit)), item)
    return _move_claims(context, item, quota, limit)


def _move_totals(context: Context, moving: Reassignment, limit: int) -> int:
    """One page of positions; the record is gone after the last."""
    state = context.state
    after = (moving.account, moving.cursor) if moving.cursor else None
    page = state.scan(POSITION, HOLDINGS, (moving.account,), after=after, limit=limit)
    for position in page:
        posting.move_total(state, moving.old, moving.new, position)
    if len(page) < limit:
        state.delete(REASSIGNMENT, moving.account)
        context.emit(TotalsMoved(account=moving.account, old=moving.old, new=moving.new))
    else:
        state.put(REASSIGNMENT, msgspec.structs.replace(moving, cursor=page[-1].asset))
    return POSTINGS_PER_POSITION * len(page) + 1


def _move_claims(context: Context, item: AgendaItem, quota: int, limit: int) -> Step:
    """One page of unclaimed money; the cursor is the last entry, (security, payment)."""
    state = context.state
    account = require_account(state, item.subject)
    after = (account.id, *_place.decode(item.cursor)) if item.cursor else None
    page = state.scan(UNCLAIMED, CLAIMS, (account.id,), after=after, limit=limit)
    for entry in page:
        if not _goes_along(context, account, entry):
            _enqueue(context, account.id, context.business_date + dt.timedelta(days=1))
    done = min(quota, POSTINGS_PER_POSITION * len(page) + 1)
    if len(page) < limit:
        return Step(done, None)
    return Step(done, with_item(item, encode((page[-1].security, page[-1].payment))))


def _goes_along(context: Context, account: Account, entry: Unclaimed) -> bool:
    """Move the money to the servicer's account for it; False: the old one may not give it."""
    state = context.state
    source = require_account(state, entry.keeper)
    if source.servicer == account.servicer:
        return True
    free = posting.available(state.get(POSITION, entry.asset, source.id))
    if free < entry.amount:
        return False
    target = unclaimed_account_of(state, account)
    state.put(UNCLAIMED, msgspec.structs.replace(entry, keeper=target.id))
    posting.move(context, require_asset(state, entry.asset), source, target, entry.amount)
    return True


REASSIGNMENT_AGENDA = AgendaHandler(name=HANDLER, family="reassignment", run=run_reassignment)
