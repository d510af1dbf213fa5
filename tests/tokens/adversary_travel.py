"""The travel rule and reports among people that nobody trusts: the moves of an adversary."""

import hashlib

import msgspec

from tests.tokens.adversary_values import HOLDERS
from tests.tokens.adversary_world import AdversaryWorld, Positions, document
from tests.tokens.support import ACCOUNTS, MONEY, Ledger, addr
from tokens import reports
from tokens.events import LedgerEvent, Moved, Seized
from tokens.events.travel import TravelEnded
from tokens.ops.reports import AnchorReports, AnswerReport, FileReport, SubmitReport
from tokens.ops.transfer import Transfer
from tokens.ops.travel import AcceptTravel, RejectTravel, SendTravel
from tokens.records.reports import REPORT, REPORTS, SEALED_BYTES
from tokens.records.system import Parameter
from tokens.records.travel import (
    TRAVEL,
    TRAVELS_OF_ORIGINATOR,
    PayloadVersion,
    RejectReason,
    Travel,
    TravelStatus,
)

THRESHOLD = 1_000
BANKS = ("bank-a", "bank-b")
CLIENTS = tuple(addr(name) for name in HOLDERS if name.startswith("client-"))
SERVICER = {account.id: account.servicer for account in ACCOUNTS}


class TravelWorld(AdversaryWorld):
    """Judges that no client's money passes between institutions without accepted data."""

    def __init__(self) -> None:
        super().__init__()
        made = document()
        more = Parameter(name="travel_threshold", value=THRESHOLD)
        parameters = tuple(sorted((*made.parameters, more), key=lambda entry: entry.name))
        self.ledger = Ledger(msgspec.structs.replace(made, parameters=parameters))

    def _judge_money(self, events: list[LedgerEvent], after: Positions) -> None:
        super()._judge_money(events, after)
        accepted = [
            self.travel(event.travel)
            for event in events
            if isinstance(event, TravelEnded) and event.status is TravelStatus.ACCEPTED
        ]
        assert passed_untold(events, accepted) == []

    def travel(self, travel: bytes) -> Travel:
        """As it stands."""
        found = self.ledger.state.get(TRAVEL, travel)
        assert found is not None
        return found


def passed_untold(events: list[LedgerEvent], accepted: list[Travel]) -> list[Moved]:
    """Movements of a block that should have waited, and that nobody accepted or seized."""
    excused = [(each.source, each.target, each.amount) for each in accepted]
    excused += [(e.source, e.target, e.amount) for e in events if isinstance(e, Seized)]
    found = []
    for event in events:
        if not isinstance(event, Moved) or event.amount < THRESHOLD:
            continue
        if event.source not in CLIENTS and event.target not in CLIENTS:
            continue
        if SERVICER[event.source] == SERVICER[event.target]:
            continue
        place = (event.source, event.target, event.amount)
        if place in excused:
            excused.remove(place)
        else:
            found.append(event)
    return found


class TravelMoves:
    """What banks and the unit do, and somebody else in their place."""

    def __init__(self, world: TravelWorld) -> None:
        self.world = world

    def travels(self) -> list[Travel]:
        """All, by originating institution."""
        state = self.world.ledger.state
        return [
            travel
            for name in BANKS
            for travel in state.scan(TRAVEL, TRAVELS_OF_ORIGINATOR, (addr(name),), limit=500)
        ]

    def pay(self, source: str, target: str, amount: int) -> None:
        """By whoever holds the source."""
        made = Transfer(
            asset=MONEY,
            source=addr(source),
            target=addr(target),
            amount=amount,
            end_to_end_ref="",
        )
        self.world.submit(HOLDERS[source], made)

    def send(self, travel: Travel, cheat: str) -> None:
        """By the cheat, then by both banks: one of them may."""
        sealed = hashlib.sha256(travel.id).digest()
        made = SendTravel(travel=travel.id, version=PayloadVersion.IVMS101, sealed=sealed)
        for name in (cheat, *BANKS):
            self.world.submit(name, made)

    def answer(self, travel: Travel, *, accepts: bool, honest: bool, cheat: str) -> None:
        """The hash that was sent, or another."""
        known = travel.sealed_hash
        digest = known if honest and known is not None else bytes(32)
        made: msgspec.Struct = AcceptTravel(travel=travel.id, sealed_hash=digest)
        if not accepts:
            reason = RejectReason.DECLINED
            made = RejectTravel(travel=travel.id, sealed_hash=digest, reason=reason)
        for name in (cheat, *BANKS):
            self.world.submit(name, made)

    def report(self, bank: str, step: int, number: int, cheat: str) -> None:
        """File, submit, answer or anchor, by who may and by who may not."""
        bank_id, state = addr(bank), self.world.ledger.state
        known = state.get(REPORT, bank_id, number)
        digest = bytes(32) if known is None or known.file_hash is None else known.file_hash
        date = self.world.ledger.business_date
        root = reports.root_of(reports.filed_on(state, bank_id, date))
        made: msgspec.Struct = (
            FileReport(institution=bank_id, sealed=bytes(SEALED_BYTES)),
            SubmitReport(institution=bank_id, number=number, file_hash=digest),
            AnswerReport(
                institution=bank_id,
                number=number,
                file_hash=digest,
                accepted=step % 2 == 0,
                answer_hash=None,
            ),
            AnchorReports(institution=bank_id, date=date, root=root),
        )[step % 4]
        for name in (cheat, bank, "fiu"):
            self.world.submit(name, made)

    def filed(self) -> int:
        """Reports of both banks."""
        state = self.world.ledger.state
        return sum(state.count(REPORTS, (addr(name),), limit=500) for name in BANKS)
