"""What somebody tried against evidence: each test was possible once."""

from tests.tokens.support import Ledger
from tests.tokens.test_governance import running
from tokens.ops.validators import ReportMisbehaviour
from tokens.records.governance import MISBEHAVIOUR
from tokens.results import Code

MISBEHAVIOURS = MISBEHAVIOUR.indexes[0]


def report(height: int, evidence: bytes) -> ReportMisbehaviour:
    return ReportMisbehaviour(validator="regulator-node", accused_height=height, evidence=evidence)


def evidence_kept(ledger: Ledger) -> int:
    return len(ledger.state.scan(MISBEHAVIOUR, MISBEHAVIOURS, limit=10))


def test_two_reports_of_one_block_are_both_listed() -> None:
    """They shared a place in the list: one was lost from it, and a restored node lost the other."""
    ledger = running()
    ledger.ok("treasury", report(1, b"one"), report(2, b"two"))
    assert evidence_kept(ledger) == 2


def test_an_accomplice_cannot_take_the_place_of_true_evidence() -> None:
    """The first report for a height was the only one: rubbish kept what mattered out."""
    ledger = running()
    ledger.ok("regulator", report(2, b"rubbish"))
    ledger.ok("treasury", report(2, b"two signed messages"))
    assert ledger.code("treasury", report(2, b"again")) is Code.ALREADY_EXISTS
    assert evidence_kept(ledger) == 2
