"""The table of docs/simulation.md names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([^|]+) \| (tests/\S+\.py)::(\w+) \|$", re.MULTILINE)
"""Scenario, file, test."""


def test_each_scenario_has_a_test_of_that_name() -> None:
    rows = ROW.findall((ROOT / "docs/simulation.md").read_text())
    assert len(rows) > 40
    missing = [name for _, path, name in rows if f"def {name}(" not in (ROOT / path).read_text()]
    assert missing == []
