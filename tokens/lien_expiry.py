"""Liens that end by themselves, at the first open_day on or after their date (page 04, agenda)."""

from tokens import liens, notices, reserve
from tokens.agenda import AgendaHandler, Step, schedule_end
from tokens.context import Context
from tokens.events import FreezeLifted
from tokens.records.control import CreditStop
from tokens.records.holdings import LIEN, Lien
from tokens.records.system import AgendaItem
from tokens.types import LienKind

HANDLER = "lien_expiry"

_ITEM = b"mohur/lien-expiry/v1"
"""An authority chooses the ids of its orders: they are no places on the agenda."""


def enqueue_expiry(context: Context, lien: Lien) -> None:
    """Put the end of a lien on the agenda, if it has one."""
    schedule_end(context.state, lien.id, handler=HANDLER, domain=_ITEM, on=lien.expires_on)


def is_over(context: Context, order: Lien | CreditStop) -> bool:
    """Whether its date has come: nothing is taken under it, though it lies there yet."""
    return order.expires_on is not None and order.expires_on <= context.business_date


def run_expiry(context: Context, item: AgendaItem, quota: int) -> Step:
    """Lift the lien, unless it was lifted before or lives longer now."""
    lien = context.state.get(LIEN, item.subject)
    if lien is None or not is_over(context, lien):
        return Step(1, None)
    liens.lift(context, lien)
    if lien.kind is LienKind.PLEDGE:
        notices.end_if_over(context.state, lien.id)
    reserve.wake_queues_of(context, lien.account)
    if lien.kind is LienKind.FREEZE:
        context.emit(FreezeLifted(order=lien.id, account=lien.account))
    return Step(1, None)


LIEN_EXPIRY_AGENDA = AgendaHandler(name=HANDLER, family="freezes", run=run_expiry)
