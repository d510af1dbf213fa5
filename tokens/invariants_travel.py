"""What must hold of the travel rule and of reports after every block (page 04, AML).

Rules of this file: those of invariants_money.py.
"""

import datetime as dt
from collections.abc import Callable, Iterator

from tokens.invariants_money import Records
from tokens.records.holdings import LIEN
from tokens.records.reports import (
    REPORT,
    REPORT_ANCHOR,
    REPORT_BOOK,
    Report,
    ReportStatus,
)
from tokens.records.travel import TRAVEL, TRAVEL_COUNTER, WAITING, TravelStatus
from tokens.reports import root_of
from tokens.types import LienKind


def validate_travels(state: Records) -> Iterator[str]:
    """A hold while, and only while, a transfer waits; what was sent has its hash."""
    liens = {lien.id: lien for lien in state.all(LIEN)}
    found = state.all(TRAVEL)
    for travel in found:
        name = f"travel {travel.number}"
        waits = travel.status in WAITING
        if (travel.lien is not None) != (waits and not travel.is_ramp):
            yield f"{name}: {travel.status.name}, hold {travel.lien is not None}"
        if travel.lien is not None:
            lien = liens.get(travel.lien)
            place = None if lien is None else (lien.account, lien.asset, lien.amount, lien.kind)
            if place != (travel.source, travel.asset, travel.amount, LienKind.HOLD):
                yield f"{name}: its hold is another"
        sent = travel.sealed_hash is not None
        if sent != (travel.version is not None):
            yield f"{name}: a version without a hash, or the reverse"
        if travel.status is TravelStatus.REQUIRED and sent:
            yield f"{name}: REQUIRED, and sent"
        if travel.status in (TravelStatus.SENT, TravelStatus.ACCEPTED) and not sent:
            yield f"{name}: {travel.status.name}, and never sent"
    numbers = sorted(travel.number for travel in found)
    counted = sum(counter.count for counter in state.all(TRAVEL_COUNTER))
    if numbers != list(range(1, counted + 1)):
        yield f"travels: {counted} counted, {len(numbers)} there"


def validate_reports(state: Records) -> Iterator[str]:
    """Numbers without gaps, files where something was submitted, roots that come out again."""
    numbers: dict[bytes, list[int]] = {}
    dates: dict[tuple[bytes, dt.date], list[Report]] = {}
    for report in state.all(REPORT):
        numbers.setdefault(report.institution, []).append(report.number)
        dates.setdefault((report.institution, report.filed_on), []).append(report)
        if (report.file_hash is None) != (report.status is ReportStatus.DRAFT):
            yield f"report {report.number}: {report.status.name}, and its file is another matter"
    counted = {book.institution: book.count for book in state.all(REPORT_BOOK)}
    for institution, found in numbers.items():
        if sorted(found) != list(range(1, counted.get(institution, 0) + 1)):
            yield f"reports of {institution.hex()}: not 1 to {counted.get(institution, 0)}"
    for book in state.all(REPORT_BOOK):
        if len(dates.get((book.institution, book.filed_on), ())) != book.today:
            yield f"reports of {book.institution.hex()}: {book.today} counted on {book.filed_on}"
    for anchor in state.all(REPORT_ANCHOR):
        of = dates.get((anchor.institution, anchor.date), [])
        if root_of(sorted(of, key=lambda report: report.number)) != anchor.root:
            yield f"anchor of {anchor.institution.hex()} on {anchor.date}: another root"


TRAVEL_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_travels,
    validate_reports,
)
