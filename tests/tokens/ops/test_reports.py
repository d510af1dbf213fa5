"""Reports: filing, submitting, answering, anchors of each date; every code of them (A6 to A11)."""

import datetime as dt
import hashlib

import msgspec
import pytest

from tests.tokens.ops.build import go_to
from tests.tokens.ops.world import START, World, address
from tokens import reports
from tokens.events.travel import ReportChanged, ReportFiled, ReportsAnchored
from tokens.lookup import require
from tokens.ops import reports as ops
from tokens.ops.reports import AnchorReports, AnswerReport, FileReport, SubmitReport
from tokens.records.reports import (
    REPORT,
    REPORT_ANCHOR,
    REPORT_ANCHORS,
    REPORTS,
    SEALED_BYTES,
    Report,
    ReportStatus,
)
from tokens.results import Code

A = address("bank_a")
FILE_HASH = bytes([5]) * 32
SUBMIT = SubmitReport(institution=A, number=1, file_hash=FILE_HASH)
ACCEPTED = AnswerReport(
    institution=A, number=1, file_hash=FILE_HASH, accepted=True, answer_hash=None
)


def file(name: str = "one", institution: bytes = A) -> FileReport:
    """A ciphertext of the one size there is."""
    digest = hashlib.sha256(name.encode()).digest()
    return FileReport(institution=institution, sealed=digest * (SEALED_BYTES // 32))


def anchor(world: World, date: dt.date = START, institution: bytes = A) -> AnchorReports:
    """With the root that the state gives."""
    root = reports.root_of(reports.filed_on(world.state, institution, date))
    return AnchorReports(institution=institution, date=date, root=root)


def report(world: World, number: int = 1) -> Report:
    return require(world.state, REPORT, A, number)


@pytest.fixture
def world() -> World:
    return World()


def test_a_report_from_draft_to_accepted(world: World) -> None:
    made = file()
    world.act("bank_a", made)
    digest = hashlib.sha256(made.sealed).digest()
    assert world.last(ReportFiled) == ReportFiled(institution=A, number=1, sealed_hash=digest)
    assert (report(world).status, report(world).filed_on) == (ReportStatus.DRAFT, START)
    world.act("bank_a", SUBMIT)
    assert report(world).file_hash == FILE_HASH
    world.act("fiu", msgspec.structs.replace(ACCEPTED, answer_hash=bytes(32)))
    assert (report(world).status, report(world).answer_hash) == (ReportStatus.ACCEPTED, bytes(32))
    assert world.last(ReportChanged) == ReportChanged(
        institution=A, number=1, status=ReportStatus.ACCEPTED
    )


def test_a_rejected_report_is_followed_by_another(world: World) -> None:
    world.act("bank_a", file(), SUBMIT)
    world.act("fiu", msgspec.structs.replace(ACCEPTED, accepted=False))
    assert report(world).status is ReportStatus.REJECTED
    world.act("bank_a", file("two"), msgspec.structs.replace(SUBMIT, number=2))
    world.act("fiu", msgspec.structs.replace(ACCEPTED, number=2))
    found = world.state.scan(REPORT, REPORTS, (A,), limit=9)
    assert [each.status for each in found] == [ReportStatus.REJECTED, ReportStatus.ACCEPTED]


def test_each_institution_counts_for_itself(world: World) -> None:
    world.act("bank_a", file(), file("two"))
    world.act("bank_b", file(institution=address("bank_b")))
    assert require(world.state, REPORT, address("bank_b"), 1).number == 1
    assert len(world.state.scan(REPORT, REPORTS, (A,), limit=9)) == 2


def test_filing_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.refuse(Code.NOT_AUTHORISED, "bank_b", file())
    world.refuse(Code.ROLE_REQUIRED, "treasury", file(institution=address("treasury")))
    monkeypatch.setattr(ops, "REPORTS_MAX", 1)
    world.act("bank_a", file())
    world.refuse(Code.REPORTS_FULL, "bank_a", file())
    go_to(world, START + dt.timedelta(days=1))
    world.act("bank_a", file())
    world.act("bank_a", anchor(world, START + dt.timedelta(days=1)))
    monkeypatch.undo()
    world.refuse(Code.REPORTS_ANCHORED, "bank_a", file())


def test_submitting_is_refused(world: World) -> None:
    world.refuse(Code.NOT_FOUND, "bank_a", SUBMIT)
    world.act("bank_a", file())
    world.refuse(Code.NOT_AUTHORISED, "bank_b", SUBMIT)
    world.act("bank_a", SUBMIT)
    world.refuse(Code.REPORT_NOT_OPEN, "bank_a", SUBMIT)


def test_answering_is_refused(world: World) -> None:
    world.refuse(Code.NOT_FOUND, "fiu", ACCEPTED)
    world.act("bank_a", file())
    world.refuse(Code.REPORT_NOT_OPEN, "fiu", ACCEPTED)
    world.act("bank_a", SUBMIT)
    world.refuse(Code.ROLE_REQUIRED, "bank_a", ACCEPTED)
    world.refuse(Code.ROLE_REQUIRED, "central", ACCEPTED)
    other = msgspec.structs.replace(ACCEPTED, file_hash=bytes(32))
    world.refuse(Code.REPORT_MISMATCH, "fiu", other)
    world.act("fiu", ACCEPTED)
    world.refuse(Code.REPORT_NOT_OPEN, "fiu", ACCEPTED)


def test_every_date_is_anchored_also_when_empty(world: World) -> None:
    world.act("bank_a", file(), file("two"))
    full = anchor(world)
    world.act("bank_a", full)
    assert world.last(ReportsAnchored) == ReportsAnchored(institution=A, date=START, root=full.root)
    later = START + dt.timedelta(days=1)
    go_to(world, later)
    empty = anchor(world, later)
    assert empty.root != full.root
    world.act("bank_a", empty)
    found = world.state.scan(REPORT_ANCHOR, REPORT_ANCHORS, (A,), limit=9)
    assert [(each.date, each.root) for each in found] == [(START, full.root), (later, empty.root)]


def test_a_date_of_the_past_is_anchored_late(world: World) -> None:
    world.act("bank_a", file())
    go_to(world, START + dt.timedelta(days=1))
    world.act("bank_a", file("two"))
    world.act("bank_a", anchor(world, START))
    world.act("bank_a", anchor(world, START + dt.timedelta(days=1)))


def test_an_anchor_is_refused(world: World) -> None:
    made = anchor(world)
    world.refuse(Code.NOT_AUTHORISED, "bank_b", made)
    world.refuse(Code.ROLE_REQUIRED, "fiu", anchor(world, institution=address("fiu")))
    world.refuse(Code.BAD_DATE, "bank_a", anchor(world, START + dt.timedelta(days=1)))
    sunday = anchor(world, dt.date(2025, 6, 29))
    world.refuse(Code.NOT_A_BUSINESS_DAY, "bank_a", sunday)
    wrong = msgspec.structs.replace(made, root=bytes(32))
    world.refuse(Code.ANCHOR_MISMATCH, "bank_a", wrong)
    world.act("bank_a", file())
    world.refuse(Code.ANCHOR_MISMATCH, "bank_a", made)
    world.act("bank_a", anchor(world))
    world.refuse(Code.REPORTS_ANCHORED, "bank_a", anchor(world))


def test_the_root_commits_to_number_and_ciphertext(world: World) -> None:
    world.act("bank_a", file("one"), file("two"))
    found = reports.filed_on(world.state, A, START)
    swapped = [
        msgspec.structs.replace(found[0], number=2),
        msgspec.structs.replace(found[1], number=1),
    ]
    roots = {reports.root_of(each) for each in ([], found[:1], found, swapped, found[::-1])}
    assert len(roots) == 5
