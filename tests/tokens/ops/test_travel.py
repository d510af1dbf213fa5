"""The travel rule of a transfer: when it is asked, and each way out of waiting (page 04, AML)."""

import datetime as dt

import pytest

from tests.tokens.ops.build import fund, go_to, transfer
from tests.tokens.ops.test_control import freeze, seize
from tests.tokens.ops.travel_world import (
    SEALED_HASH,
    THRESHOLD,
    accept,
    govern,
    held,
    reject,
    send,
    sent,
    travel_of,
    travel_world,
    waiting,
)
from tests.tokens.ops.world import CBM, START, World, address
from tokens import liens, travel
from tokens.events import Moved
from tokens.events.travel import TravelEnded, TravelRequired, TravelSent
from tokens.ops.transfer import Transfer
from tokens.records.parties import ACCOUNT
from tokens.records.travel import (
    TRAVEL,
    TRAVELS_OF_BENEFICIARY,
    TRAVELS_OF_ORIGINATOR,
    TRAVELS_OF_SOURCE,
    PayloadVersion,
    RejectReason,
    TravelStatus,
)
from tokens.results import Code


@pytest.fixture
def world() -> World:
    return travel_world()


def test_a_transfer_waits_until_its_data_are_accepted(world: World) -> None:
    found = waiting(world, 300)
    assert (world.balance(CBM, "sender"), held(world)) == (1_000, 300)
    assert world.balance(CBM, "receiver") == 0
    asked = world.last(TravelRequired)
    assert isinstance(asked, TravelRequired)
    assert (asked.originator, asked.beneficiary) == (address("bank_a"), address("bank_b"))
    world.act("bank_a", send(found))
    assert world.last(TravelSent) == TravelSent(
        travel=found, version=PayloadVersion.IVMS101_2023, sealed_hash=SEALED_HASH
    )
    assert travel_of(world, found).status is TravelStatus.SENT
    world.act("bank_b", accept(found))
    assert (world.balance(CBM, "sender"), held(world)) == (700, 0)
    assert world.balance(CBM, "receiver") == 300
    assert isinstance(world.last(Moved), Moved)
    assert travel_of(world, found).status is TravelStatus.ACCEPTED


def test_it_is_asked_at_the_threshold_between_institutions_for_clients(world: World) -> None:
    asked = [
        ("sender", "receiver", THRESHOLD, True),
        ("sender", "receiver", THRESHOLD - 1, False),
        ("sender", "neighbour", THRESHOLD, False),
        ("sender", "b/main", THRESHOLD, True),
        ("a/main", "receiver", THRESHOLD, True),
        ("a/main", "b/main", THRESHOLD, False),
    ]
    for source, target, amount, waits in asked:
        before = len([e for e in world.events if isinstance(e, TravelRequired)])
        world.act("bank_a", transfer(CBM, source, target, amount))
        after = len([e for e in world.events if isinstance(e, TravelRequired)])
        assert (after > before) is waits, (source, target, amount)


def test_without_a_threshold_nothing_waits(world: World) -> None:
    govern(world, travel_threshold=0)
    world.act("bank_a", transfer(CBM, "sender", "receiver", 1_000))
    assert world.balance(CBM, "receiver") == 1_000


def test_a_rejection_frees_what_was_held(world: World) -> None:
    found = sent(world)
    world.act("bank_b", reject(found))
    assert (world.balance(CBM, "sender"), held(world)) == (1_000, 0)
    assert world.last(TravelEnded) == TravelEnded(
        travel=found, status=TravelStatus.REJECTED, reason=RejectReason.MISMATCH
    )


@pytest.mark.parametrize("is_sent", [False, True])
def test_the_agenda_frees_what_nobody_answered(world: World, is_sent: bool) -> None:
    found = sent(world) if is_sent else waiting(world)
    go_to(world, START + dt.timedelta(days=3))
    assert held(world) == THRESHOLD
    go_to(world, START + dt.timedelta(days=7))
    assert (travel_of(world, found).status, held(world)) == (TravelStatus.EXPIRED, 0)


def test_the_agenda_leaves_what_was_answered(world: World) -> None:
    found = sent(world)
    world.act("bank_b", accept(found))
    go_to(world, START + dt.timedelta(days=7))
    assert travel_of(world, found).status is TravelStatus.ACCEPTED
    assert world.balance(CBM, "receiver") == THRESHOLD


def test_what_is_held_is_not_available(world: World) -> None:
    waiting(world, 950)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(CBM, "sender", "neighbour", 51))
    world.act("bank_a", transfer(CBM, "sender", "neighbour", 50))


def test_a_transfer_that_would_wait_needs_room_for_its_hold(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liens, "LIENS_MAX", 1)
    waiting(world)
    made = transfer(CBM, "sender", "receiver", THRESHOLD)
    assert isinstance(made, Transfer)
    world.refuse(Code.LIENS_FULL, "bank_a", made)
    world.act("bank_a", transfer(CBM, "sender", "receiver", THRESHOLD - 1))


def test_a_seizure_of_what_is_held_ends_the_transfer(world: World) -> None:
    found = sent(world, 1_000)
    world.act("fiu", freeze(CBM, None, account=address("sender")))
    world.act("central+fiu", seize(400))
    assert travel_of(world, found).status is TravelStatus.EXPIRED
    assert (world.balance(CBM, "sender"), held(world)) == (600, 0)
    world.refuse(Code.TRAVEL_NOT_OPEN, "bank_b", accept(found))


def test_the_servicer_of_now_answers(world: World) -> None:
    found = sent(world)
    account = world.state.get(ACCOUNT, address("receiver"))
    assert account is not None
    assert travel.beneficiary_of(world.state, travel_of(world, found)) == address("bank_b")
    world.account("receiver", None, "bank_a")
    assert travel.beneficiary_of(world.state, travel_of(world, found)) == address("bank_a")
    world.refuse(Code.NOT_AUTHORISED, "bank_b", accept(found))


def test_they_are_listed_by_institution_and_account(world: World) -> None:
    first, second = waiting(world), sent(world)
    places = (
        (TRAVELS_OF_ORIGINATOR, address("bank_a")),
        (TRAVELS_OF_BENEFICIARY, address("bank_b")),
        (TRAVELS_OF_SOURCE, address("sender")),
    )
    for index, who in places:
        found = world.state.scan(TRAVEL, index, (who,), limit=9)
        assert [each.id for each in found] == [first, second]


def test_two_transfers_of_one_transaction_wait_apart(world: World) -> None:
    fund(world, "a/main", 1)
    made = transfer(CBM, "sender", "receiver", THRESHOLD)
    world.act("bank_a", made, made)
    found = world.state.scan(TRAVEL, TRAVELS_OF_SOURCE, (address("sender"),), limit=9)
    assert len({each.id for each in found}) == 2
    assert held(world) == 2 * THRESHOLD
