"""The travel rule of batches: each way in is asked for the hash, and none is a way around it."""

import datetime as dt
import hashlib
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tokens.ops.build import fund, go_to, instruct, leg, transfer
from tests.tokens.ops.travel_world import SEALED_HASH, THRESHOLD, govern, travel_world
from tests.tokens.ops.world import CBM, START, World, address
from tokens.codec import encode
from tokens.ops.batch_steps import AllocateBatch, RevealBatch, SettleBatch
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount, instruction_digest
from tokens.records.settlement import BATCH, CASH_ROUTE, Batch, BatchStatus, CashRoute, Leg
from tokens.results import Code
from tokens.state import Overlay

MISSING = Code.TRAVEL_HASH_MISSING
BANK_OF = {
    "sender": "bank_a",
    "neighbour": "bank_a",
    "a/main": "bank_a",
    "a/second": "bank_a",
    "receiver": "bank_b",
    "b/main": "bank_b",
}
CLIENTS = ("sender", "neighbour", "receiver")
PREIMAGE = bytes([5]) * 32


@pytest.fixture
def world() -> World:
    return travel_world()


def told(made: Leg) -> Leg:
    return msgspec.structs.replace(made, travel_hash=SEALED_HASH)


def to(source: str, target: str, amount: int) -> Leg:
    """A leg with both of its accounts; the parties are their institutions."""
    return leg(CBM, amount, BANK_OF[source], BANK_OF[target], source, target)


def by_bank_a(made: Leg) -> Leg:
    """The leg as bank A instructs it: the other names its own account."""
    a = address("bank_a")
    return msgspec.structs.replace(
        made,
        source=made.source if made.giver == a else None,
        target=made.target if made.taker == a else None,
    )


def batch(world: World, *legs: Leg, **changes: object) -> InstructBatch:
    return instruct(world, "B", *[by_bank_a(each) for each in legs], **changes)


def approval(operation: InstructBatch, *legs: Leg) -> ApproveBatch:
    """By bank B, with its accounts of the legs."""
    accounts = []
    for place, each in enumerate(legs):
        for gives, party, account in (
            (True, each.giver, each.source),
            (False, each.taker, each.target),
        ):
            if party == address("bank_b"):
                accounts.append(LegAccount(leg=place, gives=gives, account=account or b""))
    digest = instruction_digest(address("bank_a"), operation)
    return ApproveBatch(
        initiator=address("bank_a"), batch_id="B", digest=digest, accounts=tuple(accounts)
    )


def steps(world: World, *legs: Leg, **changes: object) -> Iterator[tuple[str, msgspec.Struct]]:
    """A whole life: who does what."""
    first = batch(world, *legs, **changes)
    name = address("bank_a")
    parties = {party for each in legs for party in (each.giver, each.taker)}
    givers = {each.giver for each in legs}
    yield "bank_a", first
    if address("bank_b") in parties:
        yield "bank_b", approval(first, *legs)
    for bank in ("bank_a", "bank_b"):
        if address(bank) in givers:
            yield bank, AllocateBatch(initiator=name, batch_id="B")
    if first.hash_lock is None:
        yield "bank_a", SettleBatch(initiator=name, batch_id="B")
    else:
        yield "bank_a", RevealBatch(initiator=name, batch_id="B", preimage=PREIMAGE)


def first_code(world: World, *legs: Leg, **changes: object) -> Code:
    """OK, or the code of the step that is refused."""
    for who, operation in steps(world, *legs, **changes):
        code = world.attempt(who, operation)
        if code is not Code.OK:
            return code
    return Code.OK


def status(world: World) -> BatchStatus:
    return stored(world).status


def stored(world: World) -> Batch:
    found = world.state.get(BATCH, address("bank_a"), "B")
    assert found is not None
    return found


@pytest.mark.parametrize("lock", [None, hashlib.sha256(PREIMAGE).digest()])
def test_a_leg_of_a_client_is_refused_without_and_settles_with_its_hash(
    world: World, lock: bytes | None
) -> None:
    made = to("sender", "receiver", THRESHOLD)
    world.refuse(MISSING, "bank_a", batch(world, made, hash_lock=lock))
    assert first_code(world, told(made), hash_lock=lock) is Code.OK
    world.end_block()
    assert (status(world), world.balance(CBM, "receiver")) == (BatchStatus.SETTLED, THRESHOLD)
    assert stored(world).legs[0].travel_hash == SEALED_HASH


def test_the_hash_is_part_of_what_both_sides_agree_to(world: World) -> None:
    made = to("sender", "receiver", THRESHOLD)
    first = batch(world, told(made))
    world.act("bank_a", first)
    other = msgspec.structs.replace(by_bank_a(made), travel_hash=bytes(32))
    forged = approval(msgspec.structs.replace(first, legs=(other,)), made)
    world.refuse(Code.DIGEST_MISMATCH, "bank_b", forged)
    world.act("bank_b", approval(first, made))


def test_whose_client_it_is_says_who_is_refused(world: World) -> None:
    """Bank A gives of its own: only bank B knows that a client gets it."""
    made = to("a/main", "receiver", THRESHOLD)
    first = batch(world, made)
    world.act("bank_a", first)
    world.refuse(MISSING, "bank_b", approval(first, made))
    world.act("bank_b", approval(first, to("a/main", "b/main", THRESHOLD)))


def test_nothing_is_asked_where_a_transfer_is_asked_nothing(world: World) -> None:
    for source, target, amount in (
        ("sender", "receiver", THRESHOLD - 1),
        ("sender", "neighbour", THRESHOLD),
        ("a/main", "b/main", THRESHOLD),
    ):
        savepoint = world.state.savepoint()
        assert first_code(world, to(source, target, amount)) is Code.OK, (source, target)
        world.state.rollback(savepoint)
    govern(world, travel_threshold=0)
    assert first_code(world, to("sender", "receiver", 1_000)) is Code.OK


@pytest.mark.parametrize(
    "legs",
    [
        [("sender", "receiver", 60), ("sender", "receiver", 60)],
        [("sender", "a/main", 100), ("a/main", "b/main", 100), ("b/main", "receiver", 100)],
        [("sender", "a/main", 100), ("a/main", "b/main", 60), ("a/second", "b/main", 60)],
        [("a/main", "b/main", 100), ("b/main", "receiver", 60), ("b/main", "receiver", 60)],
        [("sender", "b/main", 100), ("b/main", "receiver", 100)],
        [("receiver", "sender", 1), ("sender", "receiver", 99), ("sender", "receiver", 1)],
    ],
)
def test_a_batch_is_no_way_around_the_rule(world: World, legs: list[tuple[str, str, int]]) -> None:
    """In parts, through the accounts of the institutions, there and partly back."""
    for name in ("a/second", "b/main"):
        fund(world, name, 1_000)
    world.act("bank_b", transfer(CBM, "b/main", "receiver", THRESHOLD - 1))
    made = [to(*each) for each in legs]
    assert first_code(world, *made) is MISSING
    world.state = Overlay(world.base)
    assert first_code(world, *[told(each) for each in made]) is Code.OK


def route(world: World, account: str, through: str) -> None:
    made = CashRoute(account=address(account), asset=CBM, cash_account=address(through))
    world.state.put(CASH_ROUTE, made)


def test_money_that_is_routed_is_still_of_the_client(world: World) -> None:
    route(world, "sender", "a/main")
    route(world, "receiver", "b/main")
    made = to("sender", "receiver", THRESHOLD)
    world.refuse(MISSING, "bank_a", batch(world, made))
    house = batch(world, to("a/main", "receiver", THRESHOLD))
    world.act("bank_a", house)
    world.refuse(MISSING, "bank_b", approval(house, made))


def test_a_threshold_that_came_later_reaches_an_open_batch(world: World) -> None:
    govern(world, travel_threshold=0)
    made = to("sender", "receiver", 500)
    *before, (who, settle) = steps(world, made)
    for name, operation in before:
        world.act(name, operation)
    govern(world, travel_threshold=THRESHOLD)
    world.refuse(MISSING, who, settle)
    govern(world, travel_threshold=501)
    world.act(who, settle)


def test_what_the_ledger_settles_itself_fails_by_name(world: World) -> None:
    govern(world, travel_threshold=0)
    isd = START + dt.timedelta(days=1)
    made = to("sender", "receiver", 500)
    *before, _ = steps(world, made, isd=isd, automatic=True)
    for name, operation in before:
        world.act(name, operation)
    govern(world, travel_threshold=THRESHOLD)
    go_to(world, isd)
    assert (status(world), stored(world).reason) == (BatchStatus.FAILED, int(MISSING))
    assert world.balance(CBM, "receiver") == 0


def test_one_more_field_is_the_whole_cost_of_a_leg() -> None:
    made = to("sender", "receiver", THRESHOLD)
    assert len(encode(told(made))) - len(encode(made)) == 1 + 32


def passed_untold(legs: tuple[Leg, ...]) -> bool:
    """An oracle of its own: what each account gained, and nothing of the code under test."""
    if any(each.travel_hash is not None for each in legs):
        return False
    gained: dict[bytes, int] = {}
    for each in legs:
        gained[each.source or b""] = gained.get(each.source or b"", 0) - each.quantity
        gained[each.target or b""] = gained.get(each.target or b"", 0) + each.quantity
    total = {"bank_a": 0, "bank_b": 0}
    for name, bank in BANK_OF.items():
        total[bank] += gained.get(address(name), 0)
    for name in CLIENTS:
        mine, whole = gained.get(address(name), 0), total[BANK_OF[name]]
        if abs(mine) >= THRESHOLD and abs(whole) >= THRESHOLD and (mine > 0) == (whole > 0):
            return True
    return False


names = st.sampled_from(sorted(BANK_OF))
moves = st.tuples(names, names, st.integers(1, 150), st.booleans()).filter(lambda m: m[0] != m[1])
SHARED: list[World] = []


def shared() -> World:
    """One state for all examples: each is rolled back."""
    if not SHARED:
        made = travel_world()
        for name in ("b/main", "a/second"):
            fund(made, name, 10_000)
        for bank, source, target in (
            ("bank_b", "b/main", "receiver"),
            ("bank_a", "a/main", "neighbour"),
        ):
            for _ in range(10):
                made.act(bank, transfer(CBM, source, target, THRESHOLD - 1))
        SHARED.append(made)
    return SHARED[0]


@settings(max_examples=300, deadline=None)
@given(st.lists(moves, min_size=1, max_size=6))
def test_no_batch_moves_a_clients_value_between_institutions_untold(
    drawn: list[tuple[str, str, int, bool]],
) -> None:
    world = shared()
    legs = tuple(
        told(to(source, target, amount)) if hashed else to(source, target, amount)
        for source, target, amount, hashed in drawn
    )
    if all(address("bank_a") not in (each.giver, each.taker) for each in legs):
        return  # bank A instructs
    savepoint = world.state.savepoint()
    try:
        code = first_code(world, *legs)
        assert code in (Code.OK, MISSING, Code.INSUFFICIENT_AVAILABLE)
        assert code is not Code.OK or not passed_untold(legs)
        for source, target, amount, hashed in drawn:
            if amount >= THRESHOLD and BANK_OF[source] != BANK_OF[target] and not hashed:
                assert code is not Code.OK or not {source, target} & {*CLIENTS}
    finally:
        world.state.rollback(savepoint)
