"""Reports of an institution and business date: how many, and the root over them (A6 to A11)."""

import datetime as dt

from tokens.codec import encode, merkle_root
from tokens.records.reports import (
    REPORT,
    REPORT_BOOK,
    REPORTS_BY_DATE,
    REPORTS_MAX,
    Report,
    ReportBook,
)
from tokens.state import Overlay

_DOMAIN = b"mohur/reports/v1"


def book_of(state: Overlay, institution: bytes, date: dt.date) -> ReportBook:
    """The count as it stands on a business date."""
    book = state.get(REPORT_BOOK, institution)
    if book is None:
        return ReportBook(institution=institution, count=0, filed_on=date, today=0)
    if book.filed_on == date:
        return book
    return ReportBook(institution=institution, count=book.count, filed_on=date, today=0)


def filed_on(state: Overlay, institution: bytes, date: dt.date) -> list[Report]:
    """Reports of one date, ascending: at most REPORTS_MAX."""
    place = (institution, date.toordinal())
    return state.scan(REPORT, REPORTS_BY_DATE, place, limit=REPORTS_MAX)


def root_of(found: list[Report]) -> bytes:
    """Merkle root over (number, hash of the ciphertext), ascending; of none: a root of its own."""
    return merkle_root(_DOMAIN, [encode((each.number, each.sealed_hash)) for each in found])
