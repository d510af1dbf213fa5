"""Complaints of holders to a regulator; their texts stay off the state, sealed in the bodies."""

import datetime as dt
from enum import IntEnum

import msgspec

from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, Hash, Reference

OPEN_MAX = 16
"""Complaints of one account that are not closed."""


class ComplaintStatus(IntEnum):
    """Life of a complaint."""

    SUBMITTED = 1
    ASSIGNED = 2
    """A regulator has taken it; the institution must answer by `due_on`."""
    ANSWERED = 3
    """The holder accepts or escalates by `due_on`; else it is closed."""
    ESCALATED = 4
    """Not taken, not answered in time, or not accepted: the regulator decides."""
    CLOSED = 5


class Complaint(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One complaint. Never deleted: its reference is used for ever."""

    account: Address
    """Whose complaint it is."""
    reference: Reference
    """The holder's own."""
    about: Address
    """Participant complained about."""
    text_hash: Hash
    """SHA-256 of the text; the sealed text is in the body of the transaction."""
    status: ComplaintStatus
    regulator: Address | None
    """Who has taken it."""
    answer_hash: Hash | None
    """SHA-256 of the institution's last answer."""
    outcome_hash: Hash | None
    """SHA-256 of the regulator's decision; null where the holder accepted or let it rest."""
    filed_on: dt.date
    due_on: dt.date | None
    """The next step is due before the end of this date; null: none is."""


def _open(record: Complaint) -> Key | None:
    if record.status is ComplaintStatus.CLOSED:
        return None
    return (record.account, record.reference)


COMPLAINT = RecordKind(
    210,
    "complaint",
    Complaint,
    lambda r: (r.account, r.reference),
    (
        Index(210, "complaints", lambda r: (r.account, r.reference), static=True),
        Index(211, "open_complaints", _open, static=False),
        Index(212, "complaints_about", lambda r: (r.about, r.account, r.reference), static=True),
    ),
)

COMPLAINTS, OPEN_COMPLAINTS, COMPLAINTS_ABOUT = COMPLAINT.indexes
