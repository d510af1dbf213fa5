"""Complaints among people that nobody trusts: the moves of an adversary, and a judge outside."""

from collections.abc import Iterable

import msgspec

from tests.tokens.adversary_values import HOLDERS
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import addr
from tokens.events import LedgerEvent
from tokens.events.complaints import ComplaintChanged
from tokens.ops.complaints import (
    AnswerComplaint,
    AssignComplaint,
    CloseComplaint,
    EscalateComplaint,
    FileComplaint,
)
from tokens.records.complaints import COMPLAINT, Complaint, ComplaintStatus

BANKS = ("bank-a", "bank-b")
REGULATORS = ("regulator", "va-regulator")
REFERENCES = ("C-1", "C-2", "C-3")
STEPS = ("assign", "answer", "escalate", "close", "decide")

_S = ComplaintStatus
FOLLOWS: dict[ComplaintStatus | None, frozenset[ComplaintStatus]] = {
    None: frozenset({_S.SUBMITTED}),
    _S.SUBMITTED: frozenset({_S.ASSIGNED, _S.ESCALATED, _S.CLOSED}),
    _S.ASSIGNED: frozenset({_S.ANSWERED, _S.ESCALATED, _S.CLOSED}),
    _S.ANSWERED: frozenset({_S.ESCALATED, _S.CLOSED}),
    _S.ESCALATED: frozenset({_S.ASSIGNED, _S.CLOSED}),
    _S.CLOSED: frozenset(),
}
"""The life of a complaint, written from docs/lifecycle.md and not from the code."""


class ComplaintJudge:
    """Follows each complaint by what was told of it."""

    def __init__(self) -> None:
        self.status: dict[tuple[bytes, str], ComplaintStatus] = {}

    def see(self, events: Iterable[LedgerEvent]) -> None:
        """Each step follows from the one before; what is closed stays so."""
        for event in events:
            if isinstance(event, ComplaintChanged):
                place = (event.account, event.reference)
                before = self.status.get(place)
                assert event.status in FOLLOWS[before], f"{before} -> {event.status.name}"
                self.status[place] = event.status

    def agrees(self, world: AdversaryWorld) -> None:
        """The records are where the events left them, and nobody waits beyond its date."""
        for (account, reference), status in self.status.items():
            found = world.ledger.state.get(COMPLAINT, account, reference)
            assert found is not None
            assert found.status is status
            if found.due_on is not None and not world.ledger.core.agenda_is_due():
                assert found.due_on > world.ledger.business_date


class ComplaintMoves:
    """What holders, institutions and regulators do, and somebody else in their place."""

    def __init__(self, world: AdversaryWorld) -> None:
        self.world = world

    def complaints(self) -> list[Complaint]:
        """Of the accounts that complain here."""
        state = self.world.ledger.state
        found = [
            state.get(COMPLAINT, addr(account), name)
            for account in sorted(HOLDERS)
            for name in REFERENCES
        ]
        return [each for each in found if each is not None]

    def file(self, account: str, reference: str, about: str, cheat: str) -> None:
        """By the cheat, then by who disposes of the account."""
        made = FileComplaint(
            account=addr(account),
            reference=reference,
            about=addr(about),
            text_hash=bytes(32),
            sealed=b"",
        )
        for name in (cheat, HOLDERS[account]):
            self.world.submit(name, made)

    def step(self, complaint: Complaint, step: str, cheat: str) -> None:
        """By the cheat, then by everybody whose step it may be."""
        account, reference = complaint.account, complaint.reference
        moves: dict[str, msgspec.Struct] = {
            "assign": AssignComplaint(account=account, reference=reference),
            "answer": AnswerComplaint(
                account=account, reference=reference, answer_hash=bytes(32), sealed=b""
            ),
            "escalate": EscalateComplaint(account=account, reference=reference),
            "close": CloseComplaint(account=account, reference=reference, outcome_hash=None),
            "decide": CloseComplaint(account=account, reference=reference, outcome_hash=bytes(32)),
        }
        (holder,) = {who for name, who in HOLDERS.items() if addr(name) == account}
        whose = {"assign": REGULATORS, "answer": BANKS, "decide": REGULATORS}
        for name in (cheat, *whose.get(step, (holder,))):
            self.world.submit(name, moves[step])
