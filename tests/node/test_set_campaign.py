"""A small run of `make sets`: the size that each check affords."""

import pytest

from tests.campaigns.sets.campaign import run


@pytest.mark.parametrize("seed", [11, 12])
def test_random_changes_under_faults(seed: int) -> None:
    found = run(seed, 8)
    assert sum(found.changes.values()) == 8
    assert found.lost + found.crashes + found.cuts > 0
    assert found.heights >= 8
