"""Cases among people that nobody trusts: filed, submitted, answered, anchored; a judge outside.

The judge keeps its own list of what was filed, by what the ledger told, and its own Merkle tree.
"""

import datetime as dt
from collections.abc import Iterable
from typing import cast

import msgspec

from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import Ledger, addr
from tokens import reports
from tokens.codec import encode, merkle_root
from tokens.events import LedgerEvent
from tokens.events.travel import ReportFiled, ReportsAnchored
from tokens.invariants import Snapshot
from tokens.ops.reports import AnchorReports, AnswerReport, FileReport, SubmitReport
from tokens.records import KINDS
from tokens.records.kind import RecordKind
from tokens.records.reports import REPORT, REPORT_ANCHOR, REPORTS, SEALED_BYTES

BANKS = ("bank-a", "bank-b")
OF_CASES = frozenset({"report", "report_book", "report_anchor"})
"""Kinds of record that a case may change (A12)."""
OF_BLOCKS = frozenset({"chain", "block_note"})
"""Kinds that every block changes, whatever is in it."""

Bytes = dict[str, list[bytes]]


def holder_visible(ledger: Ledger) -> Bytes:
    """Every record that is not of a case or of blocks as such: kind -> canonical bytes."""
    snapshot = Snapshot(ledger.store)
    skipped = OF_CASES | OF_BLOCKS
    kinds = [cast("RecordKind[msgspec.Struct]", kind) for kind in KINDS]
    return {
        kind.name: [encode(record) for record in snapshot.all(kind)]
        for kind in kinds
        if kind.name not in skipped
    }


class ReportJudge:
    """What each institution filed on each date, as the ledger told it."""

    def __init__(self) -> None:
        self.filed: dict[tuple[bytes, dt.date], list[tuple[int, bytes]]] = {}
        self.anchored: dict[tuple[bytes, dt.date], bytes] = {}

    def see(self, events: Iterable[LedgerEvent], date: dt.date) -> None:
        """Nothing is filed on an anchored date, no date is anchored twice, the root is ours too."""
        for event in events:
            if isinstance(event, ReportFiled):
                assert (event.institution, date) not in self.anchored
                found = self.filed.setdefault((event.institution, date), [])
                found.append((event.number, event.sealed_hash))
            elif isinstance(event, ReportsAnchored):
                place = (event.institution, event.date)
                assert place not in self.anchored
                self.anchored[place] = event.root
                leaves = [encode(entry) for entry in self.filed.get(place, [])]
                assert merkle_root(b"mohur/reports/v1", leaves) == event.root

    def each_date_is_anchored(self, world: AdversaryWorld, dates: Iterable[dt.date]) -> None:
        """By each institution, also where it filed nothing (A10)."""
        for date in dates:
            for name in BANKS:
                anchor = world.ledger.state.get(REPORT_ANCHOR, addr(name), date.toordinal())
                assert anchor is not None, f"{name} has not anchored {date}"
                assert anchor.root == self.anchored[addr(name), date]


class ReportMoves:
    """What institutions and the unit do, and somebody else in their place."""

    def __init__(self, world: AdversaryWorld) -> None:
        self.world = world

    def step(self, bank: str, step: int, number: int, cheat: str) -> None:
        """File, submit, answer or anchor, by who may and by who may not."""
        bank_id, state = addr(bank), self.world.ledger.state
        known = state.get(REPORT, bank_id, number)
        digest = bytes(32) if known is None or known.file_hash is None else known.file_hash
        made: msgspec.Struct = (
            FileReport(institution=bank_id, sealed=bytes(SEALED_BYTES)),
            SubmitReport(institution=bank_id, number=number, file_hash=digest),
            AnswerReport(
                institution=bank_id,
                number=number,
                file_hash=digest,
                accepted=step < 4,
                answer_hash=None,
            ),
            self._anchor(bank),
        )[step % 4]
        for name in (cheat, bank, "fiu"):
            self.world.submit(name, made)

    def anchor_all(self) -> None:
        """What every honest institution does at the end of a date, filed or not."""
        for bank in BANKS:
            self.world.submit(bank, self._anchor(bank))

    def _anchor(self, bank: str) -> AnchorReports:
        date = self.world.ledger.business_date
        found = reports.filed_on(self.world.ledger.state, addr(bank), date)
        return AnchorReports(institution=addr(bank), date=date, root=reports.root_of(found))

    def case(self, bank: str, accepted: bool) -> None:
        """An alert, a case and a report, submitted and answered: and nobody sees a change.

        Blocks of their own, when the ledger has no work of its own to do.
        """
        self.world.end_block()
        while self.world.ledger.core.agenda_is_due():
            self.world.end_block()
        before = holder_visible(self.world.ledger)
        count = self.filed_by(bank)
        for step in (0, 0, 0, 1, 2 if accepted else 6):
            self.step(bank, step, count + 3, "fiu")
            self.world.end_block()
        assert holder_visible(self.world.ledger) == before

    def filed_by(self, bank: str) -> int:
        """Reports of a bank."""
        return self.world.ledger.state.count(REPORTS, (addr(bank),), limit=500)
