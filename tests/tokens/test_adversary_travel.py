"""The travel rule and reports under attack, in blocks: adversary_travel.py judges after each.

Small by default; ADVERSARY_STEPS and ADVERSARY_SEED say how large and which.
"""

import datetime as dt
import os
from itertools import pairwise

import hypothesis
import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.tokens.adversary_complaints import FOLLOWS, REFERENCES, ComplaintJudge, ComplaintMoves
from tests.tokens.adversary_complaints import STEPS as COMPLAINT_STEPS
from tests.tokens.adversary_reports import ReportJudge, ReportMoves, holder_visible
from tests.tokens.adversary_travel import (
    THRESHOLD,
    TravelMoves,
    TravelWorld,
    carries_untold,
    passed_untold,
)
from tests.tokens.adversary_travel_market import TravelMarketRules
from tests.tokens.adversary_values import BASIS, HOLDERS, ORDERS, accounts, anyone
from tests.tokens.support import MONEY, addr
from tokens import reports
from tokens.events import LedgerEvent, Moved
from tokens.events.complaints import ComplaintChanged
from tokens.events.travel import ReportFiled, ReportsAnchored
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.control import ForceTransfer
from tokens.ops.freezes import Freeze, LiftFreeze
from tokens.records.complaints import ComplaintStatus
from tokens.records.day import BUSINESS_DAY
from tokens.records.reports import REPORT, REPORTS, ReportStatus
from tokens.records.settlement import BATCH, BATCHES, Batch, BatchStatus
from tokens.records.travel import TravelStatus

STEPS = int(os.environ.get("ADVERSARY_STEPS", "1200"))
SEED = int(os.environ.get("ADVERSARY_SEED", "0"))
RUN_STEPS = 60

houses = st.sampled_from(["client-a1", "bank-a-cash", "client-b1", "bank-b-cash"])
THROUGH = ("client-a1", "client-b1", THRESHOLD)
sums = st.sampled_from([1, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1, 10 * THRESHOLD])


class TravelAdversary(TravelMarketRules, RuleBasedStateMachine):
    """Everybody's moves about payments that wait, and about reports."""

    def __init__(self) -> None:
        super().__init__()
        self.world = TravelWorld()
        self.moves = TravelMoves(self.world)
        self.reports = ReportMoves(self.world)
        self.complaints = ComplaintMoves(self.world)
        self.past: list[dt.date] = []
        for name in ("client-a1", "client-a2"):
            self.moves.pay("bank-a-cash", name, 100 * THRESHOLD)
        self.world.end_block()
        self.open_market(self.day)

    @rule(source=accounts, receiver=accounts, amount=sums)
    def pay(self, source: str, receiver: str, amount: int) -> None:
        self.moves.pay(source, receiver, amount)

    @rule(receiver=st.sampled_from(["client-b1", "bank-b-cash"]), amount=sums)
    def pay_away(self, receiver: str, amount: int) -> None:
        self.moves.pay("client-a1", receiver, amount)

    @rule(
        legs=st.lists(st.tuples(houses, houses, sums), min_size=1, max_size=4), told=st.booleans()
    )
    def deal(self, legs: list[tuple[str, str, int]], told: bool) -> None:
        """A batch in the place of a transfer: whole, in parts, through the banks' own accounts."""
        self.moves.deal([leg for leg in legs if leg[0] != leg[1]] or [THROUGH], told)

    @precondition(lambda self: self.moves.travels())
    @rule(place=st.integers(0, 50), cheat=anyone)
    def send(self, place: int, cheat: str) -> None:
        found = self.moves.travels()
        self.moves.send(found[place % len(found)], cheat)

    @precondition(lambda self: self.moves.travels())
    @rule(place=st.integers(0, 50), accepts=st.booleans(), honest=st.booleans(), cheat=anyone)
    def answer(self, place: int, accepts: bool, honest: bool, cheat: str) -> None:
        found = self.moves.travels()
        chosen = found[place % len(found)]
        self.moves.answer(chosen, accepts=accepts, honest=honest, cheat=cheat)

    @rule(accepts=st.booleans())
    def carry(self, accepts: bool) -> None:
        """What honest institutions do: a payment, its data, an answer, each in its block."""
        self.moves.pay("client-a1", "client-b1", THRESHOLD)
        self.block()
        waiting = [each for each in self.moves.travels() if each.status is TravelStatus.REQUIRED]
        for travel in waiting[:1]:
            self.moves.send(travel, "fiu")
            self.block()
            (sent,) = [each for each in self.moves.travels() if each.id == travel.id]
            self.moves.answer(sent, accepts=accepts, honest=False, cheat="fiu")
            self.moves.answer(sent, accepts=accepts, honest=True, cheat="fiu")

    @rule(
        bank=st.sampled_from(["bank-a", "bank-b"]),
        step=st.integers(0, 7),
        number=st.integers(1, 4),
        cheat=anyone,
    )
    def report(self, bank: str, step: int, number: int, cheat: str) -> None:
        self.reports.step(bank, step, number, cheat)

    @rule(bank=st.sampled_from(["bank-a", "bank-b"]), accepted=st.booleans())
    def case(self, bank: str, accepted: bool) -> None:
        self.reports.case(bank, accepted)

    @rule(
        account=st.sampled_from(sorted(HOLDERS)),
        reference=st.sampled_from(REFERENCES),
        about=st.sampled_from(["bank-a", "bank-b"]),
        cheat=anyone,
    )
    def complain(self, account: str, reference: str, about: str, cheat: str) -> None:
        self.complaints.file(account, reference, about, cheat)

    @precondition(lambda self: self.complaints.complaints())
    @rule(place=st.integers(0, 50), step=st.sampled_from(COMPLAINT_STEPS), cheat=anyone)
    def go_on_with_a_complaint(self, place: int, step: str, cheat: str) -> None:
        found = self.complaints.complaints()
        self.complaints.step(found[place % len(found)], step, cheat)

    @rule(
        account=st.sampled_from(sorted(HOLDERS)),
        reference=st.sampled_from(REFERENCES),
        ending=st.sampled_from(["escalate", "close", "decide"]),
    )
    def carry_a_complaint(self, account: str, reference: str, ending: str) -> None:
        """What honest people do: filed, taken, answered, ended, each in its block."""
        self.complaints.file(account, reference, "bank-a", "fiu")
        self.block()
        chosen = (addr(account), reference)
        for step in ("assign", "answer", ending):
            for each in self.complaints.complaints():
                if (each.account, each.reference) == chosen:
                    self.complaints.step(each, step, "fiu")
            self.block()

    @rule(
        order=st.sampled_from(ORDERS),
        account=st.sampled_from(["client-a1", "client-b1"]),
        amount=st.one_of(st.none(), sums),
        lift=st.booleans(),
    )
    def freeze(self, order: bytes, account: str, amount: int | None, lift: bool) -> None:
        if lift:
            self.world.submit("fiu", LiftFreeze(order_id=order))
            return
        made = Freeze(
            order_id=order,
            account=addr(account),
            asset=MONEY,
            amount=amount,
            expires_on=None,
            basis=BASIS,
        )
        self.world.submit("fiu", made)

    @rule(order=st.sampled_from(ORDERS), amount=sums)
    def seize(self, order: bytes, amount: int) -> None:
        made = ForceTransfer(
            order_id=order,
            asset=MONEY,
            amount=amount,
            target=addr("treasury-cash"),
            reaches_pledged=False,
        )
        self.world.propose(["central-bank", "fiu"], made)

    @rule()
    def day(self) -> None:
        """The next business day, each act in a block of its own; each institution anchors first."""
        self.block()
        today = self.world.ledger.business_date
        self.reports.anchor_all()
        self.block()
        self.past.append(today)
        day = self.world.ledger.state.get(BUSINESS_DAY)
        if day is not None and day.open:
            self.world.alone("central-bank", CloseDay(date=today))
        date = today + dt.timedelta(days=1)
        while date.weekday() > 4:
            date += dt.timedelta(days=1)
        self.world.alone("central-bank", OpenDay(date=date))

    @rule()
    def block(self) -> None:
        self.world.end_block()

    def teardown(self) -> None:
        self.world.finish()
        self.world.cases.each_date_is_anchored(self.world, self.past)


TestTravelAdversary = hypothesis.seed(SEED)(TravelAdversary).TestCase
TestTravelAdversary.settings = hypothesis.settings(
    max_examples=max(1, STEPS // RUN_STEPS),
    stateful_step_count=RUN_STEPS,
    deadline=None,
    derandomize=False,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


def test_each_move_reaches_what_it_attacks() -> None:
    """A move that never succeeds attacks nothing: once each, in an order that works."""
    machine = TravelAdversary()
    moves, world = machine.moves, machine.world
    for amount in (THRESHOLD, THRESHOLD + 1, THRESHOLD + 2):
        moves.pay("client-a1", "client-b1", amount)
    machine.block()
    for travel in moves.travels()[:2]:
        moves.send(travel, "fiu")
    machine.block()
    for travel, accepts in zip(moves.travels(), (True, False), strict=False):
        moves.answer(travel, accepts=accepts, honest=True, cheat="fiu")
    for step in (0, 1, 2, 3):
        machine.reports.step("bank-a", step, 1, "bank-b")
        machine.block()
    for _ in range(6):
        machine.day()
    statuses = [travel.status for travel in moves.travels()]
    assert statuses == [TravelStatus.ACCEPTED, TravelStatus.REJECTED, TravelStatus.EXPIRED]
    assert [machine.reports.filed_by(name) for name in ("bank-a", "bank-b")] == [1, 0]
    machine.world.cases.each_date_is_anchored(world, machine.past)
    told = ("ReportFiled", "ReportChanged", "ReportsAnchored", "TravelSent", "TravelEnded")
    assert [name for name in told if not world.codes.get(name)] == []
    world.finish()


def test_the_judge_sees_money_that_passed_untold() -> None:
    """Or the promise would be kept by a judge who is blind."""
    passed = Moved(
        asset=MONEY, source=addr("client-a1"), target=addr("client-b1"), amount=THRESHOLD
    )
    assert passed_untold([passed], [], []) == [passed]
    world = TravelAdversary()
    world.moves.pay("client-a1", "client-b1", THRESHOLD)
    world.block()
    (travel,) = world.moves.travels()
    assert passed_untold([passed], [travel], []) == []
    assert passed_untold([passed, passed], [travel], []) == [passed]


def batches_of(machine: TravelAdversary) -> list[Batch]:
    return machine.world.ledger.state.scan(BATCH, BATCHES, limit=99)


def test_the_judge_sees_a_batch_that_carries_money_untold() -> None:
    """Through the accounts of both banks: no leg of it goes from a client to another bank."""
    machine = TravelAdversary()
    way = ("client-a1", "bank-a-cash", "bank-b-cash", "client-b1")
    before = batches_of(machine)
    for told in (False, True):
        machine.moves.deal([(one, other, THRESHOLD) for one, other in pairwise(way)], told)
        machine.block()
    made = [each for each in batches_of(machine) if each not in before]
    (batch,) = [each for each in made if each.status is BatchStatus.SETTLED]
    assert len(made) == 2, "the other one carried it untold"
    assert not carries_untold(batch)
    bare = tuple(msgspec.structs.replace(leg, travel_hash=None) for leg in batch.legs)
    assert carries_untold(msgspec.structs.replace(batch, legs=bare))
    machine.moves.deal([("client-a1", "client-b1", THRESHOLD)], True)
    machine.block()
    passed = Moved(
        asset=MONEY, source=addr("client-a1"), target=addr("client-b1"), amount=THRESHOLD
    )
    (direct,) = [each for each in batches_of(machine) if each not in (*before, *made)]
    assert passed_untold([passed], [], [direct]) == []
    assert passed_untold([passed], [], [batch]) == [passed]
    machine.world.finish()


def test_a_case_changes_no_byte_that_a_holder_sees() -> None:
    """A12, in a world with holdings, waiting payments, a freeze and a complaint; both answers."""
    machine = TravelAdversary()
    machine.moves.pay("client-a1", "client-b1", THRESHOLD)
    machine.complaints.file("client-a1", "C-1", "bank-a", "fiu")
    machine.freeze(ORDERS[0], "client-a1", THRESHOLD, False)
    machine.block()
    before = holder_visible(machine.world.ledger)
    assert all(before[name] for name in ("position", "lien", "travel", "complaint", "account"))
    for accepted in (True, False):
        machine.case("bank-a", accepted)
    assert holder_visible(machine.world.ledger) == before
    found = machine.world.ledger.state.scan(REPORT, REPORTS, (addr("bank-a"),), limit=9)
    statuses = [report.status for report in found]
    draft = ReportStatus.DRAFT
    assert statuses == [draft, draft, ReportStatus.ACCEPTED, draft, draft, ReportStatus.REJECTED]
    machine.moves.pay("client-a1", "client-b1", 1)
    machine.block()
    assert holder_visible(machine.world.ledger) != before


def test_a_complaint_reaches_each_status_and_its_dates() -> None:
    """A holder's three complaints: decided, left to rest, never taken."""
    machine = TravelAdversary()
    moves = machine.complaints
    for reference in REFERENCES:
        moves.file("client-a2", reference, "bank-a", "bank-b")
    machine.block()
    lives = {"C-1": ("assign", "answer", "escalate", "decide"), "C-3": ("assign", "answer")}
    for reference, steps in lives.items():
        for step in steps:
            (chosen,) = [c for c in moves.complaints() if c.reference == reference]
            moves.step(chosen, step, "fiu")
            machine.block()
    for _ in range(4):
        machine.day()
    assert {c.reference: c.status.name for c in moves.complaints()} == {
        "C-1": "CLOSED",
        "C-2": "ESCALATED",
        "C-3": "CLOSED",
    }
    machine.teardown()


def test_the_judges_see_what_is_filed_late_anchored_twice_and_reopened() -> None:
    date, bank = dt.date(2025, 7, 1), addr("bank-a")
    filed = ReportFiled(institution=bank, number=1, sealed_hash=bytes(32))
    empty = reports.root_of([])
    anchored = ReportsAnchored(institution=bank, date=date, root=empty)
    wrong: tuple[list[LedgerEvent], ...] = (
        [anchored, filed],
        [anchored, anchored],
        [filed, anchored],
    )
    for events in wrong:
        with pytest.raises(AssertionError):
            ReportJudge().see(events, date)
    ReportJudge().see([anchored], date)
    closed = ComplaintChanged(
        account=bank, reference="C-1", about=bank, status=ComplaintStatus.CLOSED
    )
    with pytest.raises(AssertionError):
        ComplaintJudge().see([closed])
    assert FOLLOWS[ComplaintStatus.CLOSED] == frozenset()
