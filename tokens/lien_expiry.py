"""Liens that end by themselves, at the first open_day on or after their date (page 04, agenda)."""

from tokens import liens, notices, reserve
from tokens.agenda import AgendaHandler, Step, schedule
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import FreezeLifted
from tokens.records.holdings import LIEN, Lien
from tokens.records.system import AgendaItem
from tokens.types import AgendaClass, LienKind

HANDLER = "lien_expiry"

_ITEM = b"mohur/lien-expiry/v1"
"""An authority chooses the ids of its orders: they are no places on the agenda."""


def enqueue_expiry(context: Context, lien: Lien) -> None:
    """Put the end of a lien on the agenda, if it has one. A later change adds another item."""
    if lien.expires_on is None:
        return
    schedule(
        context.state,
        AgendaItem(
            due_on=lien.expires_on,
            item_class=AgendaClass.RELEASE,
            id=tagged_hash(_ITEM, lien.id),
            handler=HANDLER,
            subject=lien.id,
            cursor=b"",
        ),
    )


def is_over(context: Context, lien: Lien) -> bool:
    """Whether the date of a lien has come: nothing is taken under it, though it lies there yet."""
    return lien.expires_on is not None and lien.expires_on <= context.business_date


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
