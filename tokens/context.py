"""What an operation may see and do: the only argument of check and apply besides the operation."""

import datetime
from dataclasses import dataclass, field

from tokens.events import LedgerEvent
from tokens.state import Overlay


@dataclass(frozen=True, slots=True)
class Actors:
    """Who stands behind an operation."""

    sender: bytes
    """Address that signed the transaction (for a proposal: its proposer)."""
    participants: tuple[bytes, ...]
    """Participants that agree, sender (or its holder/servicer) first; more than one only inside a proposal."""
    in_proposal: bool


@dataclass(slots=True)
class Context:
    """One operation's view of the ledger at its block."""

    state: Overlay
    height: int
    business_date: datetime.date
    day_open: bool
    actors: Actors
    tx_id: bytes
    """Of the transaction (agenda: of the system receipt); with operation_index it makes unique ids."""
    operation_index: int
    events: list[LedgerEvent] = field(default_factory=list)

    def emit(self, event: LedgerEvent) -> None:
        """Add a typed event to the receipt."""
        self.events.append(event)
