"""What the documents name exists: tests behind the threat model, drills behind the runbook."""

import ast
import re
from pathlib import Path

import pytest

from tests.drills.__main__ import DRILLS

ROOT = Path(__file__).parent.parent
REFERENCE_RE = re.compile(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`")
DRILL_RE = re.compile(r"Drill `([a-z-]+)`")
CODE_RE = re.compile(r"`((?:consensus|tokens|node|configs)/[\w/.-]+\.\w+)`")
BARE_TEST_RE = re.compile(r"`(test_\w+\.py)")
LINK_RE = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
DOCUMENTS = sorted(
    path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if path.is_file()
)


def functions(path: Path) -> set[str]:
    """Names of the functions of a file."""
    tree = ast.parse(path.read_text())
    return {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


def missing(text: str) -> list[str]:
    """References of a text to tests that are not there."""
    lacking = []
    for file, name in REFERENCE_RE.findall(text):
        path = ROOT / file
        if not path.is_file() or (name and name not in functions(path)):
            lacking.append(f"{file}::{name}")
    return lacking


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    assert missing(document.read_text()) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    # The ledger's page names tests from tests/ on, and says so.
    bases = (ROOT, ROOT / "tests")
    names = CODE_RE.findall(text)
    assert [name for name in names if not any((base / name).is_file() for base in bases)] == []
    assert BARE_TEST_RE.findall(text) == []  # without its folder nobody checks it


def test_a_reference_to_nothing_is_found() -> None:
    here = "`tests/test_docs.py::functions`"
    assert missing(f"{here} and `tests/test_docs.py::no_such` and `tests/no_such.py`") == [
        "tests/test_docs.py::no_such",
        "tests/no_such.py::",
    ]


def test_every_row_of_the_threat_model_names_a_test() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "security.md").read_text().splitlines()
        if line.startswith("|") and not line.startswith(("|---", "| attack"))
    ]
    assert len(rows) > 50
    assert [row for row in rows if not REFERENCE_RE.search(row)] == []


def test_every_drill_is_in_the_runbook_and_the_other_way_round() -> None:
    named = DRILL_RE.findall((ROOT / "docs" / "runbook.md").read_text())
    assert sorted(named) == sorted(DRILLS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK_RE.findall(document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
