"""Invariants of protocol versions and of the marks of business dates."""

from collections.abc import Iterator
from itertools import pairwise

from tokens.invariants_money import Records
from tokens.records.day import BUSINESS_DAY
from tokens.records.day_mark import DAY_MARK
from tokens.records.protocol import ACTIVATION
from tokens.records.system import BLOCK_NOTE, CHAIN


def validate_activation(state: Records) -> Iterator[str]:
    """An activation that is decided lies ahead, and its version above the one in force."""
    height = max((note.height for note in state.all(BLOCK_NOTE)), default=0)
    version = max((chain.protocol_version for chain in state.all(CHAIN)), default=0)
    for pending in state.all(ACTIVATION):
        if pending.protocol_version <= version or pending.height <= height:
            yield f"version {pending.protocol_version} at {pending.height}: after {height}"


def validate_day_marks(state: Records) -> Iterator[str]:
    """Dates ascend with heights, and none lies ahead of the business date."""
    marks = sorted(state.all(DAY_MARK), key=lambda mark: mark.date)
    for first, second in pairwise(marks):
        if first.opened_at > second.opened_at:
            yield f"{second.date} began at {second.opened_at}, before {first.date}"
    for day in state.all(BUSINESS_DAY):
        if marks and marks[-1].date > day.date:
            yield f"a mark of {marks[-1].date} on {day.date}"
