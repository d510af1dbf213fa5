"""Work that is done in steps: between two of them whoever runs it may let others have a turn."""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[None, None, T]
"""Yields between two steps, and returns what came of the whole."""


def whole(steps: Steps[T]) -> T:
    """All steps, one after the other; raises what a step raises."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
