"""What an institution reports to the financial intelligence unit, without saying what (page 04).

Rules of this file:
1. A report is a number, a hash and a state. Its kind, its subject and what it follows from stand in
   the ciphertext, which the institution and the unit open, nobody else.
2. Cash reports, alerts, cases and suspicious-transaction reports are one kind of record, and their
   ciphertexts have one size: a record tells that an institution filed something, no more.
"""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import Address, Count, Hash

SEALED_BYTES = 2_048
"""Size of every sealed report."""
REPORTS_MAX = 1_024
"""Reports that one institution files on one business date."""

SealedReport = Annotated[
    bytes,
    msgspec.Meta(min_length=SEALED_BYTES, max_length=SEALED_BYTES, extra={"form": "hex"}),
]


class ReportStatus(IntEnum):
    """Life of a report."""

    DRAFT = 1
    """Filed here; alerts and cases stay so."""
    SUBMITTED = 2
    """The file of the report went to the unit."""
    ACCEPTED = 3
    REJECTED = 4
    """The institution files another one."""


class Report(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One report. Never deleted."""

    institution: Address
    number: Count
    """From 1 per institution."""
    filed_on: dt.date
    """Business date."""
    sealed_hash: Hash
    """SHA-256 of the ciphertext."""
    status: ReportStatus
    file_hash: Hash | None
    """SHA-256 of the file that was submitted; None before."""
    answer_hash: Hash | None
    """SHA-256 of what the unit answered, if it sent anything."""


class ReportBook(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How many reports an institution has filed."""

    institution: Address
    count: Count
    filed_on: dt.date
    """Business date of the last."""
    today: Annotated[int, msgspec.Meta(ge=0, le=REPORTS_MAX)]
    """Filed on that date."""


class ReportAnchor(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The reports of one institution and business date, closed: also when there were none."""

    institution: Address
    date: dt.date
    root: Hash
    """Merkle root of (number, hash of the ciphertext), ascending."""


REPORT = RecordKind(
    172,
    "report",
    Report,
    lambda r: (r.institution, r.number),
    (
        Index(174, "reports", lambda r: (r.institution, r.number), static=True),
        Index(
            175,
            "reports_by_date",
            lambda r: (r.institution, r.filed_on.toordinal(), r.number),
            static=False,
        ),
    ),
)
REPORT_BOOK = RecordKind(173, "report_book", ReportBook, lambda r: (r.institution,))
REPORT_ANCHOR = RecordKind(
    174,
    "report_anchor",
    ReportAnchor,
    lambda r: (r.institution, r.date.toordinal()),
    (Index(176, "report_anchors", lambda r: (r.institution, r.date.toordinal()), static=True),),
)

REPORTS = REPORT.indexes[0]
REPORTS_BY_DATE = REPORT.indexes[1]
REPORT_ANCHORS = REPORT_ANCHOR.indexes[0]
