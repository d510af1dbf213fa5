"""What a history tried and what of it passed: a campaign that only got refusals is none."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from tokens.events import LedgerEvent, ProposalClosed, Proposed
from tokens.execution import RUNNER
from tokens.ops.proposals import Propose
from tokens.records.proposals import ProposalStatus
from tokens.results import Code


class Tally:
    """Counts by name of an operation, an event and a code."""

    def __init__(self) -> None:
        self.transactions = 0
        self.blocks = 0
        self.tried: Counter[str] = Counter()
        """Operations of transactions, and those of proposals once they ran."""
        self.passed: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        """Of transactions."""
        self.refused: Counter[tuple[str, str]] = Counter()
        """Operation that was refused, alone or in the run of a proposal, and the code."""
        self.met: Counter[str] = Counter()
        """Blocks in which a judge met what it is there for."""
        self._proposed: dict[bytes, tuple[str, ...]] = {}

    def transaction(
        self,
        operations: Sequence[msgspec.Struct],
        code: int,
        events: Iterable[LedgerEvent],
        failing: int = -1,
    ) -> None:
        """One that was applied or refused, at the operation `failing`."""
        self.transactions += 1
        self.codes[Code(code).name] += 1
        self._count(_names(operations), code, failing)
        wanted = [operation for operation in operations if isinstance(operation, Propose)]
        for event in events:
            self.event(event)
            if isinstance(event, Proposed) and wanted:
                encoded = wanted.pop(0).operations
                self._proposed[event.proposal] = _names([RUNNER.decode(data) for data in encoded])

    def event(self, event: LedgerEvent) -> None:
        """Of a transaction, or of the ledger's own work."""
        self.events[type(event).__name__] += 1
        ended = (ProposalStatus.EXECUTED, ProposalStatus.FAILED)
        if isinstance(event, ProposalClosed) and event.status in ended:
            names = self._proposed.pop(event.proposal, ())
            self._count(names, event.code, event.operation)

    def add(self, other: "Tally") -> None:
        """Take the counts of another history in."""
        self.transactions += other.transactions
        self.blocks += other.blocks
        for mine, theirs in (
            (self.tried, other.tried),
            (self.passed, other.passed),
            (self.events, other.events),
            (self.codes, other.codes),
            (self.met, other.met),
        ):
            mine.update(theirs)
        self.refused.update(other.refused)

    def _count(self, names: tuple[str, ...], code: int, failing: int) -> None:
        self.tried.update(names)
        if code == 0:
            self.passed.update(names)
        elif 0 <= failing < len(names):
            self.refused[names[failing], Code(code).name] += 1


def _names(operations: Iterable[msgspec.Struct | None]) -> tuple[str, ...]:
    return tuple(type(operation).__name__ for operation in operations)
