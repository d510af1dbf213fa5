"""`mohur aml`: what is refused before anybody is asked. What it collects: tests/node/aml."""

from pathlib import Path

import pytest

from node.cli.exits import Exit
from node.cli.root import status_of
from tests.node.cli.test_auction import served
from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of
from tokens import bech32m
from tokens.jsonform import PREFIX_TEST

ALICE, NOBODY = (bech32m.encode(PREFIX_TEST, address_of(name)) for name in ("alice", "nobody"))

WORDS = ["--reference", "R1", "--indicator", "CASH", "--rpc", "http://127.0.0.1:9"]


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    path = tmp_path / "customers.json"
    path.write_text("{}")
    return path


def report(customers: Path, out: Path, *, on: str = "2026-01-09", who: str = "@bank-1") -> int:
    """Status of the command."""
    words = ["--on", on, "--customers", str(customers), "--out", str(out), *WORDS]
    return status_of(["aml", "cash-report", who, *words])


def test_a_file_that_is_there_is_not_overwritten(customers: Path) -> None:
    assert report(customers, customers) == Exit.CANNOT_CREATE
    assert customers.read_text() == "{}"


@pytest.mark.parametrize("on", ["soon", "20260109", "2026-W02-5", "2026-1-9", "2026-02-30"])
def test_a_date_is_a_date(customers: Path, capsys: pytest.CaptureFixture[str], on: str) -> None:
    assert report(customers, customers.with_name("out"), on=on) == Exit.USAGE
    assert f"{on}: a date YYYY-MM-DD" in capsys.readouterr().err


@pytest.mark.parametrize("who", [ALICE, NOBODY])
def test_of_who_is_no_participant_nothing_is_said_to_be_due(
    customers: Path, capsys: pytest.CaptureFixture[str], who: str
) -> None:
    """A mistyped institution had nothing to report, with status 0."""
    out = customers.with_name("out")
    asked = ["--on", str(BUSINESS_DATE), "--customers", str(customers), "--out", str(out)]
    with served() as url:
        told = ["aml", "cash-report", who, *asked, *WORDS[:4], "--rpc", url]
        assert status_of(told) == Exit.FAILED
    printed = capsys.readouterr()
    assert f"{who}: no participant of this ledger" in printed.err
    assert printed.out == ""


def test_a_node_that_is_away_is_told(customers: Path) -> None:
    out = customers.with_name("out")
    assert report(customers, out) == Exit.UNAVAILABLE
    assert not out.exists()
