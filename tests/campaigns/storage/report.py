"""What a campaign says at its end: executions by outcome, and one line to repeat a failure."""

import time
from collections import Counter
from dataclasses import dataclass, field


class Violation(AssertionError):
    """A property of page 07 did not hold."""


@dataclass(slots=True)
class Tally:
    """Executions of one campaign, by outcome."""

    name: str
    wanted: int
    """Executions that the size asks for; fewer is a failure of the campaign itself."""
    outcomes: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def executions(self) -> int:
        """How many there were."""
        return self.outcomes.total()

    def add(self, outcome: str) -> None:
        """One execution."""
        self.outcomes[outcome] += 1

    def require_whole(self) -> None:
        """Violation if it did less than it says."""
        require(
            self.executions >= self.wanted,
            f"{self.name}: {self.executions} executions, {self.wanted} wanted",
        )

    def sentence(self) -> str:
        """One line for people and for the ledger of campaigns."""
        parts = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        notes = "".join(f"; {note}" for note in self.notes)
        seconds = time.monotonic() - self.began
        return f"{self.name}: {self.executions} executions in {seconds:.0f} s: {parts}{notes}"


def require(holds: bool, sentence: str) -> None:
    """Violation with the sentence unless it holds."""
    if not holds:
        raise Violation(sentence)
