"""The ledger's own work: order, due by date only, bounded, resumable."""

import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.support import DATE, Ledger, addr, digest, genesis
from tests.tokens.test_grants import grant
from tests.tokens.test_proposals import found, parameter
from tokens import agenda
from tokens.agenda import AgendaHandler, Step
from tokens.context import Actors, Context
from tokens.events import ProposalClosed
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.governance import SetParameter
from tokens.ops.proposals import Approve
from tokens.records.proposals import ProposalStatus
from tokens.records.system import AgendaItem
from tokens.results import Code
from tokens.state import Overlay
from tokens.store import StoreState
from tokens.transition import open_context
from tokens.types import AgendaClass

TOMORROW = DATE + datetime.timedelta(days=1)


def item(name: str, days: int, item_class: AgendaClass = AgendaClass.COUPON) -> AgendaItem:
    return AgendaItem(
        due_on=DATE + datetime.timedelta(days=days),
        item_class=item_class,
        id=digest(name),
        handler="counting",
        subject=name.encode(),
        cursor=b"",
    )


def run(
    ledger: Ledger, items: list[AgendaItem], quota: int, size: int = 1
) -> list[tuple[str, int]]:
    """Run a handler that needs `size` postings an item; what it did, in order."""
    done: list[tuple[str, int]] = []

    def work(context: Context, entry: AgendaItem, left: int) -> Step:
        start = int.from_bytes(entry.cursor, "big")
        postings = min(left, size - start)
        done.append((entry.subject.decode(), postings))
        if start + postings == size:
            return Step(postings, None)
        cursor = (start + postings).to_bytes(2, "big")
        rest = AgendaItem(
            due_on=entry.due_on,
            item_class=entry.item_class,
            id=entry.id,
            handler=entry.handler,
            subject=entry.subject,
            cursor=cursor,
        )
        return Step(postings, rest)

    state = ledger.state
    for entry in items:
        agenda.schedule(state, entry)
    handlers = {"counting": AgendaHandler("counting", "test", work)}
    nobody = Actors(bytes(16), ())
    while agenda.next_due(state) is not None:
        before = len(done)
        agenda.run_due(
            state, handlers, quota, lambda entry: open_context(state, 1, nobody, entry.id)
        )
        assert sum(max(1, postings) for _, postings in done[before:]) <= quota
    return done


def test_order_is_date_then_class_then_id() -> None:
    first, second = sorted(("x", "y"), key=digest)
    items = [
        item("coupon", 0),
        item(second, 0, AgendaClass.RELEASE),
        item(first, 0, AgendaClass.RELEASE),
        item("redemption", -1, AgendaClass.REDEMPTION),
        item("tomorrow", 1),
    ]
    names = [name for name, _ in run(Ledger(), items, 10)]
    assert names == ["redemption", first, second, "coupon"]


@given(st.integers(1, 7), st.integers(1, 12))
def test_a_long_item_goes_on_where_it_stopped(quota: int, size: int) -> None:
    done = run(Ledger(), [item("a", 0), item("b", 0, AgendaClass.REDEMPTION)], quota, size)
    assert [name for name, _ in done] == sorted(name for name, _ in done)
    for name in ("a", "b"):
        assert sum(postings for other, postings in done if other == name) == size


@pytest.mark.parametrize("stored", [False, True])
def test_what_a_step_schedules_before_its_own_place_comes_next(*, stored: bool) -> None:
    ledger = Ledger()
    first, early, last = item("a", 0), item("e", 0, AgendaClass.RELEASE), item("z", 1)
    last = msgspec.structs.replace(last, due_on=DATE, item_class=AgendaClass.REDEMPTION)
    done: list[bytes] = []

    def work(context: Context, entry: AgendaItem, left: int) -> Step:
        done.append(entry.subject)
        if entry == first:
            agenda.schedule(context.state, early)
        return Step(min(1, left), None)

    state = ledger.state
    agenda.schedule(state, first)
    agenda.schedule(state, last)
    if stored:
        ledger.store.write(state.changes().writes())
        state = Overlay(StoreState(ledger.store))
    nobody = Actors(bytes(16), ())
    handlers = {"counting": AgendaHandler("counting", "test", work)}
    agenda.run_due(state, handlers, 9, lambda entry: open_context(state, 1, nobody, entry.id))
    assert done == [b"a", b"e", b"z"]
    assert agenda.next_due(state) is None


def test_work_without_postings_still_counts() -> None:
    items = [item(f"n{number}", 0) for number in range(5)]
    assert len(run(Ledger(), items, 2, size=0)) == 5


def test_a_cancelled_item_does_nothing() -> None:
    ledger = Ledger()
    state = ledger.state
    agenda.schedule(state, item("a", 0))
    agenda.cancel(state, item("a", 0))
    agenda.cancel(state, item("a", 0))
    assert agenda.next_due(state) is None
    assert agenda.upcoming(state, 9) == []


def next_day(ledger: Ledger, date: datetime.date) -> None:
    ledger.ok("central-bank", CloseDay(date=ledger.business_date))
    ledger.ok("central-bank", OpenDay(date=date))


def test_a_proposal_expires_on_its_date_by_a_system_receipt() -> None:
    ledger = Ledger()
    proposal = ledger.propose("treasury", parameter(1), expires_on=TOMORROW)
    assert not ledger.core.agenda_is_due()
    next_day(ledger, TOMORROW)
    receipts = ledger.receipts()
    assert found(ledger, proposal).status is ProposalStatus.EXPIRED
    assert [receipt.index for receipt in receipts] == [0, 1]
    closed = receipts[1].events[0]
    assert isinstance(closed, ProposalClosed)
    assert closed.proposal == proposal
    assert receipts[1].tx_id not in {tx.tx_id for tx in receipts[:1]}


def test_an_expired_proposal_takes_no_approval_before_the_agenda_comes_to_it() -> None:
    ledger = Ledger()
    proposal = ledger.propose("treasury", parameter(1), expires_on=TOMORROW)
    ledger.ok("central-bank", CloseDay(date=ledger.business_date))
    late = Approve(
        proposal_id=proposal, operations_digest=found(ledger, proposal).operations_digest
    )
    receipts = ledger.block(
        ledger.transaction("central-bank", OpenDay(date=TOMORROW)),
        ledger.transaction("central-bank", late),
    ).receipts
    assert Code(receipts[1].code) is Code.PROPOSAL_EXPIRED
    assert found(ledger, proposal).status is ProposalStatus.EXPIRED


def test_a_grant_leaves_the_state_on_its_date() -> None:
    ledger = Ledger()
    lent = grant(operation="revoke_grant", expires_on=TOMORROW)
    ledger.ok("issuer", lent)
    next_day(ledger, TOMORROW)
    assert ledger.grants_of("bank-a") == []


def test_the_quota_of_a_block_is_kept_and_the_rest_is_a_reason_for_another() -> None:
    ledger = Ledger(genesis(parameters={"agenda_quota": 2}))
    for number in range(5):
        ledger.propose("treasury", parameter(number + 1), expires_on=TOMORROW)
    next_day(ledger, TOMORROW)
    counts = [len(ledger.receipts()) - 1]
    while ledger.core.agenda_is_due():
        ledger.idle()
        counts.append(len(ledger.receipts()))
    assert counts == [2, 2, 1]


def test_a_parameter_takes_effect_on_its_date() -> None:
    ledger = Ledger()
    change = SetParameter(name="agenda_quota", value=44, effective_on=TOMORROW)
    assert ledger.agree(["treasury", "central-bank"], change).code == 0
    assert ledger.core.limits.agenda_quota == 500
    next_day(ledger, TOMORROW)
    assert ledger.core.limits.agenda_quota == 44


def test_an_unknown_handler_is_a_bug_and_not_skipped() -> None:
    ledger = Ledger()
    state = ledger.state
    agenda.schedule(state, item("a", 0))
    nobody = Actors(addr("nobody"), ())
    with pytest.raises(KeyError):
        agenda.run_due(state, {}, 5, lambda entry: open_context(state, 1, nobody, entry.id))
