"""The travel rule and reports among people that nobody trusts: the moves of an adversary.

Rules of the ledger: spec 20, A1 to A12.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

import msgspec

from tests.tokens.adversary_complaints import ComplaintJudge
from tests.tokens.adversary_reports import ReportJudge
from tests.tokens.adversary_travel_told import Place, told_in_orders, told_in_repos
from tests.tokens.adversary_values import EXTRA, HOLDERS
from tests.tokens.adversary_world import AdversaryWorld, Positions, document
from tests.tokens.support import ACCOUNTS, MONEY, Ledger, addr
from tokens.events import BatchStatusChanged, LedgerEvent, Moved, Seized
from tokens.events.travel import TravelEnded
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount, instruction_digest
from tokens.ops.transfer import Transfer
from tokens.ops.travel import AcceptTravel, RejectTravel, SendTravel
from tokens.records.settlement import BATCH, BATCHES, ISSUANCE, Batch, BatchStatus, Leg
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
COMPLAINT_DAYS = 2
BANKS = ("bank-a", "bank-b")
CLIENTS = tuple(addr(name) for name in HOLDERS if name.startswith(("client-", "scra-")))
SERVICER = {account.id: account.servicer for account in (*ACCOUNTS, *EXTRA)}


class TravelWorld(AdversaryWorld):
    """Judges that no client's money passes between institutions without accepted data.

    Beside it: what is filed and anchored, and the life of complaints.
    """

    def __init__(self) -> None:
        super().__init__()
        made = document()
        more = (
            Parameter(name="travel_threshold", value=THRESHOLD),
            Parameter(name="complaint_days", value=COMPLAINT_DAYS),
        )
        parameters = tuple(sorted((*made.parameters, *more), key=lambda entry: entry.name))
        self.ledger = Ledger(msgspec.structs.replace(made, parameters=parameters))
        self.cases = ReportJudge()
        self.complaints = ComplaintJudge()

    def end_block(self) -> None:
        """Judged as everywhere; then what is told of cases and complaints."""
        date = self.ledger.business_date
        super().end_block()
        events = [event for one in self.ledger.results[-1].receipts for event in one.events]
        self.cases.see(events, date)
        self.complaints.see(events)
        self.complaints.agrees(self)

    def _judge_money(self, events: list[LedgerEvent], after: Positions) -> None:
        super()._judge_money(events, after)
        accepted = [
            self.travel(event.travel)
            for event in events
            if isinstance(event, TravelEnded) and event.status is TravelStatus.ACCEPTED
        ]
        batches = [
            batch
            for event in events
            if isinstance(event, BatchStatusChanged) and event.status is BatchStatus.SETTLED
            if (batch := self.ledger.state.get(BATCH, event.initiator, event.batch_id)) is not None
        ]
        pairs = told_in_repos(self.ledger, events)
        untold = passed_untold(events, accepted, batches, told_in_orders(self.ledger, events))
        wrong = [event for event in untold if (event.source, event.target) not in pairs]
        assert not wrong, wrong
        assert [batch.batch_id for batch in batches if carries_untold(batch)] == []

    def travel(self, travel: bytes) -> Travel:
        """As it stands."""
        found = self.ledger.state.get(TRAVEL, travel)
        assert found is not None
        return found


def carries_untold(batch: Batch) -> bool:
    """Whether a client gives or gets the threshold, its institution as much, and no leg says so."""
    if any(leg.travel_hash is not None for leg in batch.legs):
        return False
    clients: dict[tuple[str, bytes], int] = {}
    banks: dict[tuple[str, bytes], int] = {}
    for leg in batch.legs:
        for account, amount in ((leg.source, -leg.quantity), (leg.target, leg.quantity)):
            assert account is not None
            if account == ISSUANCE:
                continue
            bank = (leg.asset, SERVICER[account])
            banks[bank] = banks.get(bank, 0) + amount
            if account in CLIENTS:
                place = (leg.asset, account)
                clients[place] = clients.get(place, 0) + amount
    return any(
        min(abs(mine), abs(banks[asset, SERVICER[account]])) >= THRESHOLD
        and (mine > 0) == (banks[asset, SERVICER[account]] > 0)
        for (asset, account), mine in clients.items()
    )


def passed_untold(
    events: list[LedgerEvent],
    accepted: list[Travel],
    batches: list[Batch],
    told: Sequence[Place] = (),
) -> list[Moved]:
    """Movements of a block that should have waited, and that nobody accepted, told or seized."""
    excused = [*told, *((each.source, each.target, each.amount) for each in accepted)]
    excused += [
        (leg.source or b"", leg.target or b"", leg.quantity)
        for batch in batches
        for leg in batch.legs
        if leg.travel_hash is not None
    ]
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
        self.deals = 0

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

    def deal(self, legs: list[tuple[str, str, int]], told: bool) -> None:
        """A batch out of bank A's book; bank B names what it is asked for, both set aside."""
        self.deals += 1
        made = [self._leg(source, target, amount, told) for source, target, amount in legs]
        name, today = addr("bank-a"), self.world.ledger.business_date
        batch = InstructBatch(
            batch_id=f"D{self.deals}",
            trade_date=today,
            isd=today,
            expires_on=today + dt.timedelta(days=4),
            legs=tuple(
                msgspec.structs.replace(
                    leg,
                    source=leg.source if leg.giver == name else None,
                    target=leg.target if leg.taker == name else None,
                )
                for leg in made
            ),
            trade_ref="",
            uti="",
            priority=0,
            automatic=False,
        )
        names = [
            LegAccount(leg=place, gives=gives, account=account or b"")
            for place, leg in enumerate(made)
            for gives, party, account in (
                (True, leg.giver, leg.source),
                (False, leg.taker, leg.target),
            )
            if party != name
        ]
        approval = ApproveBatch(
            initiator=name,
            batch_id=batch.batch_id,
            digest=instruction_digest(name, batch),
            accounts=tuple(names),
        )
        step = AllocateBatch(initiator=name, batch_id=batch.batch_id)
        self.world.submit("bank-a", batch)
        for who, operation in (("bank-b", approval), ("bank-a", step), ("bank-b", step)):
            self.world.end_block()
            self.world.submit(who, operation)
        self.world.end_block()
        self.world.submit("bank-a", SettleBatch(initiator=name, batch_id=batch.batch_id))

    def _leg(self, source: str, target: str, amount: int, told: bool) -> Leg:
        return Leg(
            asset=MONEY,
            quantity=amount,
            giver=SERVICER[addr(source)],
            taker=SERVICER[addr(target)],
            source=addr(source),
            target=addr(target),
            travel_hash=hashlib.sha256(b"sealed").digest() if told else None,
        )

    def settled(self) -> int:
        """Batches of bank A that are settled."""
        state = self.world.ledger.state
        found = state.scan(BATCH, BATCHES, limit=500)
        return sum(batch.status is BatchStatus.SETTLED for batch in found)

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
