"""Complaints at work: deadlines by business date, through the agenda.

Rules of this file:
1. A complaint waits for one party at a time, and each wait but the regulator's decision has an end.
2. SUBMITTED and ASSIGNED escalate at their end; ANSWERED is closed at its end: the holder let it
   rest.
"""

import msgspec

from tokens.agenda import AgendaHandler, Step, cancel, schedule
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events.complaints import ComplaintChanged
from tokens.finance.calendar import add_business_days
from tokens.lookup import require
from tokens.parameters import parameter
from tokens.records.complaints import COMPLAINT, OPEN_COMPLAINTS, Complaint, ComplaintStatus
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.system import AgendaItem
from tokens.types import AgendaClass

HANDLER = "complaint"
_ITEM = b"mohur/complaint/v1"
_ADDRESS_BYTES = 16


def move(context: Context, complaint: Complaint, status: ComplaintStatus) -> None:
    """Into a status, with its deadline on the agenda; `complaint` holds what else has changed.

    The stored record, if there is one, still has the old deadline.
    """
    state = context.state
    before = state.get(COMPLAINT, complaint.account, complaint.reference)
    if before is not None and before.due_on is not None:
        cancel(state, _item(before))
    due_on = None
    if status not in (ComplaintStatus.ESCALATED, ComplaintStatus.CLOSED):
        calendar = require(state, CALENDAR, require(state, BUSINESS_DAY).calendar).current
        days = parameter(state, "complaint_days")
        due_on = add_business_days(calendar, context.business_date, days)
    after = msgspec.structs.replace(complaint, status=status, due_on=due_on)
    state.put(COMPLAINT, after)
    if due_on is not None:
        schedule(state, _item(after))
    context.emit(
        ComplaintChanged(
            account=after.account, reference=after.reference, about=after.about, status=status
        )
    )


def _item(complaint: Complaint) -> AgendaItem:
    """Due at the first open_day on or after the deadline."""
    if complaint.due_on is None:
        raise AssertionError("a complaint without a deadline")
    return AgendaItem(
        due_on=complaint.due_on,
        item_class=AgendaClass.RELEASE,
        id=tagged_hash(_ITEM, encode([complaint.account, complaint.reference])),
        handler=HANDLER,
        subject=complaint.account + complaint.reference.encode(),
        cursor=b"",
    )


def run_complaint(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: the deadline has come."""
    del quota
    account, reference = item.subject[:_ADDRESS_BYTES], item.subject[_ADDRESS_BYTES:].decode()
    complaint = context.state.get(COMPLAINT, account, reference)
    if complaint is not None and complaint.due_on == item.due_on:
        answered = complaint.status is ComplaintStatus.ANSWERED
        move(context, complaint, ComplaintStatus.CLOSED if answered else ComplaintStatus.ESCALATED)
    return Step(1, None)


def open_count(context: Context, account: bytes, most: int) -> int:
    """Open complaints of an account, counted up to `most`."""
    return len(context.state.scan(COMPLAINT, OPEN_COMPLAINTS, (account,), limit=most))


COMPLAINT_AGENDA = AgendaHandler(name=HANDLER, family="complaints", run=run_complaint)
"""Deadlines of complaints."""
