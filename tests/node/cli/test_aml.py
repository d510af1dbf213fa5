"""`mohur aml`: what is refused before anybody is asked. What it collects: tests/node/aml."""

from pathlib import Path

import pytest

from node.cli.exits import Exit
from node.cli.root import status_of

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


def test_a_date_is_a_date(customers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(customers, customers.with_name("out"), on="soon") == Exit.USAGE
    assert "soon: a date YYYY-MM-DD" in capsys.readouterr().err


def test_a_node_that_is_away_is_told(customers: Path) -> None:
    out = customers.with_name("out")
    assert report(customers, out) == Exit.UNAVAILABLE
    assert not out.exists()
