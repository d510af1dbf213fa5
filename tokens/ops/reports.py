"""Filing, submitting, answering and anchoring reports of an institution (A6 to A11).

Rules of this file:
1. No operation names an account, a person or the kind of a report: a filing looks like any other
   (A12).
2. A date is anchored once, by its institution, whether something was filed on it or not. Nothing is
   filed on an anchored date.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator

import msgspec

from tokens import reports
from tokens.authority import has_role
from tokens.context import Context
from tokens.events.travel import ReportChanged, ReportFiled, ReportsAnchored
from tokens.finance.calendar import is_business_day
from tokens.lookup import require
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.parties import PARTICIPANT
from tokens.records.reports import (
    REPORT,
    REPORT_ANCHOR,
    REPORT_BOOK,
    REPORTS_MAX,
    Report,
    ReportAnchor,
    ReportStatus,
    SealedReport,
)
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, Count, Hash, OperationClass, Role

REPORTING_ROLES = (Role.BANK_CUSTODIAN, Role.VASP)
"""Who has clients, and reports about them."""


class FileReport(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=253,
):
    """File a report, sealed to the institution and the FIU. By an institution that has clients."""

    institution: Address
    """Who reports."""
    sealed: SealedReport
    """What, in a ciphertext of 2,048 bytes whatever it is; its hash stays in state."""


class SubmitReport(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=254,
):
    """Say that the file of a report went to the FIU. By its institution."""

    institution: Address
    """Who reports."""
    number: Count
    """Which of its reports."""
    file_hash: Hash
    """SHA-256 of the file, for example goAML XML."""


class AnswerReport(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=255,
):
    """Accept or reject a submitted file. By the FIU."""

    institution: Address
    """Who reported."""
    number: Count
    """Which of its reports."""
    file_hash: Hash
    """SHA-256 of the file that is answered."""
    accepted: bool
    """Or rejected: the institution files another one."""
    answer_hash: Hash | None
    """SHA-256 of the answer, if one was sent."""


class AnchorReports(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=256,
):
    """Close a business date of an institution's reports, also when there are none. By it."""

    institution: Address
    """Who reports."""
    date: dt.date
    """Business date, not after the present one."""
    root: Hash
    """Merkle root over the reports of that date, as the institution has them."""


def _institution_refusals(context: Context, institution: bytes) -> Iterator[Refusal]:
    if institution not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
        return
    participant = require(context.state, PARTICIPANT, institution)
    if not any(role in participant.roles for role in REPORTING_ROLES):
        yield Refusal(Code.ROLE_REQUIRED)


def _is_anchored(context: Context, institution: bytes, date: dt.date) -> bool:
    return context.state.get(REPORT_ANCHOR, institution, date.toordinal()) is not None


def check_file(context: Context, operation: FileReport) -> Iterator[Refusal]:
    """While the date is open, and there is room."""
    yield from _institution_refusals(context, operation.institution)
    date = context.business_date
    if _is_anchored(context, operation.institution, date):
        yield Refusal(Code.REPORTS_ANCHORED)
    if reports.book_of(context.state, operation.institution, date).today >= REPORTS_MAX:
        yield Refusal(Code.REPORTS_FULL)


def apply_file(context: Context, operation: FileReport) -> None:
    """The next number of the institution."""
    state = context.state
    book = reports.book_of(state, operation.institution, context.business_date)
    book = msgspec.structs.replace(book, count=book.count + 1, today=book.today + 1)
    state.put(REPORT_BOOK, book)
    digest = hashlib.sha256(operation.sealed).digest()
    report = Report(
        institution=operation.institution,
        number=book.count,
        filed_on=context.business_date,
        sealed_hash=digest,
        status=ReportStatus.DRAFT,
        file_hash=None,
        answer_hash=None,
    )
    state.put(REPORT, report)
    context.emit(
        ReportFiled(institution=report.institution, number=report.number, sealed_hash=digest)
    )


def check_submit(context: Context, operation: SubmitReport) -> Iterator[Refusal]:
    """A draft of the institution's own."""
    if operation.institution not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    report = context.state.get(REPORT, operation.institution, operation.number)
    if report is None:
        yield Refusal(Code.NOT_FOUND)
    elif report.status is not ReportStatus.DRAFT:
        yield Refusal(Code.REPORT_NOT_OPEN)


def apply_submit(context: Context, operation: SubmitReport) -> None:
    """The hash of the file stays."""
    report = require(context.state, REPORT, operation.institution, operation.number)
    changed = msgspec.structs.replace(
        report, status=ReportStatus.SUBMITTED, file_hash=operation.file_hash
    )
    _put(context, changed)


def check_answer(context: Context, operation: AnswerReport) -> Iterator[Refusal]:
    """By the unit, about the file that was submitted."""
    if not has_role(context, Role.FIU):
        yield Refusal(Code.ROLE_REQUIRED)
    report = context.state.get(REPORT, operation.institution, operation.number)
    if report is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if report.status is not ReportStatus.SUBMITTED:
        yield Refusal(Code.REPORT_NOT_OPEN)
    if report.file_hash != operation.file_hash:
        yield Refusal(Code.REPORT_MISMATCH)


def apply_answer(context: Context, operation: AnswerReport) -> None:
    """It ends here."""
    report = require(context.state, REPORT, operation.institution, operation.number)
    status = ReportStatus.ACCEPTED if operation.accepted else ReportStatus.REJECTED
    _put(
        context,
        msgspec.structs.replace(report, status=status, answer_hash=operation.answer_hash),
    )


def _put(context: Context, report: Report) -> None:
    context.state.put(REPORT, report)
    context.emit(
        ReportChanged(institution=report.institution, number=report.number, status=report.status)
    )


def check_anchor(context: Context, operation: AnchorReports) -> Iterator[Refusal]:
    """A business date, once, and the root that the ledger finds too."""
    yield from _institution_refusals(context, operation.institution)
    state = context.state
    if operation.date > context.business_date:
        yield Refusal(Code.BAD_DATE)
    day = require(state, BUSINESS_DAY)
    calendar = require(state, CALENDAR, day.calendar).current
    if not is_business_day(calendar, operation.date) and operation.date != day.date:
        yield Refusal(Code.NOT_A_BUSINESS_DAY)
    if _is_anchored(context, operation.institution, operation.date):
        yield Refusal(Code.REPORTS_ANCHORED)
        return
    found = reports.filed_on(state, operation.institution, operation.date)
    if reports.root_of(found) != operation.root:
        yield Refusal(Code.ANCHOR_MISMATCH)


def apply_anchor(context: Context, operation: AnchorReports) -> None:
    """Nothing is filed on that date any more."""
    context.state.put(
        REPORT_ANCHOR,
        ReportAnchor(institution=operation.institution, date=operation.date, root=operation.root),
    )
    context.emit(
        ReportsAnchored(institution=operation.institution, date=operation.date, root=operation.root)
    )


FILE_REPORT = OperationSpec(
    operation=FileReport,
    name="file_report",
    family="reports",
    operation_class=OperationClass.GOVERN,
    check=check_file,
    apply=apply_file,
    codes=(
        Code.NOT_AUTHORISED,
        Code.ROLE_REQUIRED,
        Code.REPORTS_ANCHORED,
        Code.REPORTS_FULL,
    ),
)

SUBMIT_REPORT = OperationSpec(
    operation=SubmitReport,
    name="submit_report",
    family="reports",
    operation_class=OperationClass.GOVERN,
    check=check_submit,
    apply=apply_submit,
    codes=(Code.NOT_AUTHORISED, Code.NOT_FOUND, Code.REPORT_NOT_OPEN),
)

ANSWER_REPORT = OperationSpec(
    operation=AnswerReport,
    name="answer_report",
    family="reports",
    operation_class=OperationClass.GOVERN,
    check=check_answer,
    apply=apply_answer,
    codes=(
        Code.ROLE_REQUIRED,
        Code.NOT_FOUND,
        Code.REPORT_NOT_OPEN,
        Code.REPORT_MISMATCH,
    ),
)

ANCHOR_REPORTS = OperationSpec(
    operation=AnchorReports,
    name="anchor_reports",
    family="reports",
    operation_class=OperationClass.GOVERN,
    check=check_anchor,
    apply=apply_anchor,
    codes=(
        Code.NOT_AUTHORISED,
        Code.ROLE_REQUIRED,
        Code.BAD_DATE,
        Code.NOT_A_BUSINESS_DAY,
        Code.REPORTS_ANCHORED,
        Code.ANCHOR_MISMATCH,
    ),
)
