"""Filings: one size whatever they say, opened by two, and the chain of alert, case, report."""

import hashlib

import msgspec
import pytest

from node.aml.filings import Filing, FilingKind, chain_faults, opened_filing, sealed_filing
from node.sdk.sealing import Unopened, new_key
from tests.tokens.ops.world import World, address
from tokens.lookup import require
from tokens.records.reports import REPORT, SEALED_BYTES, ReportStatus

BANK = bytes([1]) * 16
ACCOUNTS = tuple(bytes([n]) * 16 for n in range(16))
RAMPS = tuple(bytes([n]) * 32 for n in range(16))


def filing(kind: FilingKind, follows: int = 0) -> Filing:
    return Filing(kind=kind, follows=follows, accounts=ACCOUNTS[:1], ramps=(), note="")


LARGEST = Filing(
    kind=FilingKind.SUSPICIOUS, follows=2**31, accounts=ACCOUNTS, ramps=RAMPS, note="ü" * 280
)


@pytest.mark.parametrize("made", [*map(filing, FilingKind), LARGEST], ids=lambda f: f.kind.name)
def test_every_filing_looks_like_any_other_and_opens_for_two(made: Filing) -> None:
    bank, unit = new_key(), new_key()
    operation = sealed_filing("chain", BANK, made, bank.public, unit.public)
    assert len(operation.sealed) == SEALED_BYTES
    for pair in (bank, unit):
        assert opened_filing("chain", operation, pair.private) == made
    with pytest.raises(Unopened):
        opened_filing("chain", operation, new_key().private)
    moved = msgspec.structs.replace(operation, institution=bytes(16))
    with pytest.raises(Unopened):
        opened_filing("chain", moved, bank.private)


def test_the_ledger_takes_what_is_sealed_and_keeps_its_hash_only() -> None:
    world, institution = World(), address("bank_a")
    bank, unit = new_key(), new_key()
    made = sealed_filing("chain", institution, LARGEST, bank.public, unit.public)
    world.act("bank_a", made)
    report = require(world.state, REPORT, institution, 1)
    assert (report.sealed_hash, report.status) == (
        hashlib.sha256(made.sealed).digest(),
        ReportStatus.DRAFT,
    )


def test_an_alert_leads_to_a_case_and_a_case_to_a_report() -> None:
    alert, case, report = FilingKind.ALERT, FilingKind.CASE, FilingKind.SUSPICIOUS
    good = {1: filing(alert), 2: filing(case, 1), 3: filing(FilingKind.CASH), 4: filing(report, 2)}
    assert chain_faults(good) == []
    for spoiled, word in (
        ({2: filing(case)}, "CASE follows an earlier ALERT"),
        ({4: filing(report, 1)}, "SUSPICIOUS follows an earlier CASE"),
        ({1: filing(case, 2), 2: filing(alert)}, "report 1: CASE follows an earlier ALERT"),
        ({3: filing(FilingKind.CASH, 1)}, "CASH follows nothing"),
        ({5: filing(case, 1)}, "1 is followed by 2"),
        ({5: filing(report, 9)}, "SUSPICIOUS follows an earlier CASE"),
    ):
        assert any(word in fault for fault in chain_faults(good | spoiled)), word
