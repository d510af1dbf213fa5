"""Scalars of a profile, and how sure a fact is."""

from enum import StrEnum
from typing import Annotated, Literal, Protocol

import msgspec

Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Money = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Minor units."""
Positive = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
"""Minor units, not 0."""
Face = Annotated[int, msgspec.Meta(ge=1, le=2**50)]
"""Minor units of face, as an auction takes them."""
Bps = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Residency = Annotated[str, msgspec.Meta(min_length=2, max_length=8, pattern="^[A-Z]+\\Z")]
Share = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""Part x 10^6."""
Month = Annotated[int, msgspec.Meta(ge=1, le=12)]
Year = Annotated[int, msgspec.Meta(ge=1900, le=2199)]
ClassName = Literal["MOVE", "TRADE", "BID", "LIEN", "ISSUE"]
"""Operation classes that a rule can open, by the ledger's names."""


class ProfileInvalid(Exception):
    """A file that is no profile; the message names the place."""


class Grade(StrEnum):
    """How sure a fact is."""

    PUBLISHED = "published"
    """The source says it."""
    INFERRED = "inferred"
    """It follows from published figures."""
    ASSUMED = "assumed"
    """The state must set it; the source says why this value stands here."""


class Part(Protocol):
    """What every table of the file has."""

    @property
    def source(self) -> str:
        """Who says it."""

    @property
    def grade(self) -> Grade:
        """How sure it is."""
