"""R12 at the start of a node: the full table of guard against store."""

from __future__ import annotations

import itertools

import pytest

from node.storage.guard_types import GuardState
from node.storage.guard_verdict import StaleReason, Verdict, judge

FRESH, CURRENT = GuardState.FRESH, GuardState.CURRENT


@pytest.mark.parametrize(
    ("name", "state", "guard", "store", "verdict"),
    [
        ("genesis", FRESH, (0, 1), (0, 0), 1),
        ("new validator that synced as an observer", FRESH, (0, 1), (0, 500), 501),
        ("fresh guard beside a store that has voted", FRESH, (0, 1), (3, 1), "behind_store"),
        ("stopped after deciding, before the next vote", CURRENT, (30, 10), (30, 10), 11),
        ("stopped between vote and decision", CURRENT, (32, 11), (30, 10), 11),
        ("synced 100 blocks, killed before the first vote", CURRENT, (30, 10), (30, 110), 111),
        ("guard one height old, nothing signed since", CURRENT, (30, 10), (30, 11), 12),
        ("old copy of the guard", CURRENT, (29, 10), (30, 10), "behind_store"),
        ("old copy of the guard, height equal", CURRENT, (29, 11), (30, 10), "behind_store"),
        ("store restored from a backup", CURRENT, (90, 30), (30, 10), 30),
        ("store lost, guard kept", CURRENT, (90, 30), (0, 0), 30),
        ("both restored from one backup", CURRENT, (30, 10), (30, 10), 11),
        ("guard lost", GuardState.MISSING, (0, 0), (30, 10), "missing"),
        ("both lost", GuardState.MISSING, (0, 0), (0, 0), "missing"),
        ("guard damaged", GuardState.DAMAGED, (0, 0), (30, 10), "damaged"),
        ("damaged at genesis", GuardState.DAMAGED, (0, 0), (0, 0), "damaged"),
        ("other key", GuardState.FOREIGN, (0, 0), (30, 10), "foreign_key"),
        ("other key at genesis", GuardState.FOREIGN, (0, 0), (0, 0), "foreign_key"),
    ],
)
def test_cases_of_operation(
    name: str,
    state: GuardState,
    guard: tuple[int, int],
    store: tuple[int, int],
    verdict: int | str,
) -> None:
    found = judge(state, *guard, *store)
    if isinstance(verdict, int):
        assert found == Verdict(stale=None, from_height=verdict), name
        assert found.votes
    else:
        assert found == Verdict(stale=StaleReason(verdict), from_height=0), name
        assert not found.votes


def test_whole_table_against_the_sentence_of_the_rule() -> None:
    """Missing, of another key, or below the stored number is stale; lower height alone is not."""
    numbers = (0, 1, 2, 2**63)
    rows = itertools.product(GuardState, numbers, numbers, numbers, numbers)
    count = 0
    for state, guard_sequence, guard_height, store_sequence, store_height in rows:
        verdict = judge(state, guard_sequence, guard_height, store_sequence, store_height)
        usable = state in (FRESH, CURRENT)
        assert verdict.votes == (usable and guard_sequence >= store_sequence)
        if verdict.votes:
            assert verdict.from_height > store_height
            assert verdict.from_height >= guard_height
        else:
            assert verdict.from_height == 0
        count += 1
    assert count == 5 * 4**4
