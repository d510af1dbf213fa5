"""Credit stops at work: what service pays in is frozen, and both end on the date of the order.

Rules of this file:
1. What is caught is frozen by an order of its own for each asset, in the name of the stop's
   authority; it ends when the stop does by its date, or is lifted by its id.
2. Lifting the stop frees nothing that it has caught: the authority says so order by order.
"""

import msgspec

from tokens import liens
from tokens.agenda import AgendaHandler, Step, schedule_end
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import CreditStopSet
from tokens.lien_expiry import enqueue_expiry, is_over
from tokens.records.control import CREDIT_STOP, CreditStop
from tokens.records.holdings import LIEN, Lien
from tokens.records.system import AgendaItem
from tokens.types import AMOUNT_LIMIT, LienKind

HANDLER = "credit_stop_end"

_DOMAIN = b"mohur/credit-stop/v1"
_ITEM = b"mohur/credit-stop-end/v1"


def set_stop(context: Context, stop: CreditStop) -> None:
    """Nothing is credited from now on, until its date if it has one."""
    context.state.put(CREDIT_STOP, stop)
    _tell(context, stop, stopped=True)
    end = stop.expires_on
    schedule_end(context.state, stop.account, handler=HANDLER, domain=_ITEM, on=end)


def end_stop(context: Context, stop: CreditStop) -> None:
    """Credits are allowed again."""
    context.state.delete(CREDIT_STOP, stop.account)
    _tell(context, stop, stopped=False)


def _tell(context: Context, stop: CreditStop, *, stopped: bool) -> None:
    context.emit(CreditStopSet(account=stop.account, authority=stop.authority, stopped=stopped))


def freeze_credit(context: Context, account: bytes, asset: str, amount: int) -> None:
    """Freeze what service paid into an account whose credits are stopped (page 04, the table)."""
    stop = context.state.get(CREDIT_STOP, account)
    if stop is None:
        return
    order = tagged_hash(_DOMAIN, account + asset.encode())
    known = context.state.get(LIEN, order)
    mine = (account, asset, stop.authority)
    while known is not None and (known.account, known.asset, known.owner) != mine:
        order = tagged_hash(_DOMAIN, order)  # taken by an order that somebody put there
        known = context.state.get(LIEN, order)
    if known is not None:
        total = None if known.amount is None else min(known.amount + amount, AMOUNT_LIMIT)
        caught = msgspec.structs.replace(known, amount=total, expires_on=stop.expires_on)
        liens.change(context, known, caught)
        enqueue_expiry(context, caught)
        return
    caught = Lien(
        id=order,
        account=account,
        asset=asset,
        amount=amount,
        kind=LienKind.FREEZE,
        owner=stop.authority,
        expires_on=stop.expires_on,
        basis=stop.basis,
        memo="credit stop",
    )
    liens.place(context, caught)
    enqueue_expiry(context, caught)


def run_end(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: the date has come, unless the stop was lifted, or set anew for longer."""
    del quota
    stop = context.state.get(CREDIT_STOP, item.subject)
    if stop is not None and is_over(context, stop):
        end_stop(context, stop)
    return Step(1, None)


CREDIT_STOP_AGENDA = AgendaHandler(name=HANDLER, family="freezes", run=run_end)
