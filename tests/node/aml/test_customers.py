"""The private customer file: strict, private, and silent about what stands in it."""

import json
from pathlib import Path

import pytest

from node.aml.customers import load_customers
from node.aml.private_file import FileUnreadable
from tests.node.aml.samples import FILE, customers


def write(folder: Path, content: object, mode: int = 0o600) -> Path:
    path = folder / "customers.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)
    return path


def test_it_is_read(tmp_path: Path) -> None:
    assert load_customers(write(tmp_path, FILE)) == customers()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(FileUnreadable, match="others may read it"):
        load_customers(write(tmp_path, FILE, mode))


def test_what_cannot_be_read_is_told_without_its_content(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="No such file"):
        load_customers(tmp_path / "none")
    spoiled = json.dumps(FILE).replace('"Khan"', '"Khan!"')
    for content in ("{", "\x00", spoiled, FILE | {"more": 1}):
        with pytest.raises(FileUnreadable, match="not valid") as caught:
            load_customers(write(tmp_path, content))
        assert "Khan" not in str(caught.value)


def test_an_account_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """The second was taken without a word: a report would name whoever stood last."""
    text = json.dumps(FILE)
    known = FILE["customers"]
    assert isinstance(known, dict)
    name = next(iter(known))
    one = json.dumps(known[name])
    twice = text.replace(f'"{name}": ', f'"{name}": {one}, "{name}": ', 1)
    assert twice != text
    with pytest.raises(FileUnreadable, match="a name stands twice in an object") as caught:
        load_customers(write(tmp_path, twice))
    assert "Khan" not in str(caught.value)


def test_the_name_of_an_unknown_field_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="not valid at its top") as caught:
        load_customers(write(tmp_path, FILE | {"Ayesha Khan": 1}))
    assert "Khan" not in str(caught.value)
