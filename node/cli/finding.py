"""One line of `mohur doctor`."""

from enum import Enum
from typing import NamedTuple


class Grade(Enum):
    """How bad a finding is."""

    GOOD = "good"
    NOTICE = "notice"
    """A node runs, but somebody should look."""
    BAD = "bad"
    """A node would not start, or would stop."""


class Finding(NamedTuple):
    """One line of the report."""

    grade: Grade
    what: str
    sentence: str
