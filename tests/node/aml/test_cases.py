"""The private file of a case, and what a report of it still needs."""

import json
import re
from pathlib import Path

import pytest

from node.aml.cases import load_case
from node.aml.missing import missing_of, written
from node.aml.private_file import FileUnreadable
from tests.node.aml.samples import INTO, MOVE, customers

CASE: dict[str, object] = {
    "reference": "BKA-STR-1",
    "fromDate": "2025-07-01",
    "toDate": "2025-07-03",
    "accounts": ["person"],
    "assets": ["DPKR"],
    "indicators": ["A1"],
    "reason": "pays in what it does not earn",
}


def write(folder: Path, content: object, mode: int = 0o600) -> Path:
    path = folder / "case.json"
    path.write_text(json.dumps(content))
    path.chmod(mode)
    return path


def test_a_case_is_read(tmp_path: Path) -> None:
    case = load_case(write(tmp_path, CASE))
    assert (case.accounts, case.assets, case.action) == (("person",), ("DPKR",), None)


def test_every_asset_of_a_ledger_has_room(tmp_path: Path) -> None:
    """Codes of 13 to 16 characters were refused."""
    longest = "DIGITAL-RUPEE-16"
    assert load_case(write(tmp_path, CASE | {"assets": [longest]})).assets == (longest,)


@pytest.mark.parametrize("name", ["reference", "accounts", "indicators", "reason", "fromDate"])
def test_what_a_case_must_say_is_named_by_its_place(tmp_path: Path, name: str) -> None:
    without = {key: value for key, value in CASE.items() if key != name}
    with pytest.raises(FileUnreadable, match="not valid"):
        load_case(write(tmp_path, without))


def test_a_case_that_others_may_read_is_refused_and_nothing_of_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="others may read it"):
        load_case(write(tmp_path, CASE, 0o640))
    for spoiled in (CASE | {"person": "Khan"}, CASE | {"accounts": []}, CASE | {"reason": ""}):
        with pytest.raises(FileUnreadable) as caught:
            load_case(write(tmp_path, spoiled))
        assert "Khan" not in str(caught.value)
        assert "earn" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"accounts": ["person", "company", "person"]}, "accounts[2]"),
        ({"assets": ["DPKR", "DPKR"]}, "assets[1]"),
    ],
)
def test_what_a_case_names_twice_is_refused(
    tmp_path: Path, changes: dict[str, object], place: str
) -> None:
    """Each of its movements was reported twice."""
    with pytest.raises(FileUnreadable, match=re.escape(f"{place}: twice")) as caught:
        load_case(write(tmp_path, CASE | changes))
    assert "person" not in str(caught.value)


def test_what_is_missing_is_listed_whole() -> None:
    known = customers()
    told = MOVE._replace(transaction="0x02")
    to_company = MOVE._replace(transaction="0xdd", other="company")
    other_bank = MOVE._replace(transaction="0xee", other="elsewhere", comes_in=True)
    facts = (INTO, MOVE, MOVE._replace(part=2), told, to_company, other_bank)
    missing = missing_of(("person", "nobody"), facts, known)
    assert missing.customers == ("nobody",)
    assert missing.outside == (MOVE, other_bank)
    assert missing.entries == 3
    listed = json.loads(written(missing))
    assert listed["customers"] == ["nobody"]
    assert listed["outside"]["0xcc"] == {
        "date": "2025-07-02",
        "account": "person",
        "otherAccount": None,
        "way": "out",
        "amountMinor": "300",
    }


def test_nothing_is_missing_of_what_the_file_knows() -> None:
    missing = missing_of(("person",), (INTO, MOVE._replace(other="company")), customers())
    assert missing.entries == 0
