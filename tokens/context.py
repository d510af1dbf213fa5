"""What an operation may see and do: the only argument of check and apply besides the operation."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import msgspec

from tokens.events import LedgerEvent
from tokens.results import Code
from tokens.state import Overlay
from tokens.work import StoredWork


class Actors(NamedTuple):
    """Who stands behind an operation."""

    sender: bytes
    """Address that signed the transaction (for a proposal: its proposer); NO_ADDRESS for the
    agenda."""
    participants: tuple[bytes, ...]
    """Participants that agree; more than one only inside a proposal, proposer first. Empty when an
    account
    signed with its own keys: an account never lends its servicer's roles."""
    accounts: tuple[bytes, ...] = ()
    """Accounts whose own keys agree."""
    in_proposal: bool = False


class Traits(Protocol):
    """What one operation may know of another (an OperationSpec has it)."""

    @property
    def name(self) -> str:
        """snake_case name."""

    @property
    def approval(self) -> str | None:
        """Approval policy that it needs, or None."""

    @property
    def emergency(self) -> bool:
        """The policy `emergency` may stand in for its own."""

    @property
    def in_proposal(self) -> bool:
        """May stand inside a proposal."""

    @property
    def grantable(self) -> bool:
        """A grant may lend it."""

    @property
    def grant_policy(self) -> str | None:
        """Approval policy that such a grant needs, or None."""


class Runner(Protocol):
    """Operations seen from inside one: for proposals and grants, which speak about operations."""

    @property
    def version(self) -> int:
        """Protocol version in force: an operation whose meaning changed asks it."""

    def decode(self, data: bytes) -> msgspec.Struct | None:
        """The operation of canonical bytes; None if the version in force does not know it."""

    def traits(self, operation: msgspec.Struct) -> Traits:
        """Of a decoded operation."""

    def traits_named(self, name: str) -> Traits | None:
        """Of the operation of that name; None if the version in force does not know it."""

    def run(
        self, context: "Context", operations: Sequence[msgspec.Struct], actors: Actors, scope: bytes
    ) -> tuple[Code, int]:
        """Run operations atomically inside `context`: (OK, -1), or the first refusal and its index.

        `scope` (32 bytes, unique for ever) takes the place of the tx_id in the ids that they make.
        """


@dataclass(slots=True)
class Context:
    """One operation's view of the ledger at its block."""

    state: Overlay
    height: int
    """Of the block, 1..2^62."""
    business_date: datetime.date
    day_open: bool
    actors: Actors
    tx_id: bytes
    """Of the transaction (agenda: of the system receipt); with operation_index it makes unique
    ids."""
    operation_index: int
    runner: Runner
    work: StoredWork = field(default_factory=StoredWork)
    """Shared by all transactions of a block."""
    events: list[LedgerEvent] = field(default_factory=list)

    def emit(self, event: LedgerEvent) -> None:
        """Add a typed event to the receipt."""
        self.events.append(event)
