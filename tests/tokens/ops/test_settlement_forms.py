"""Forms of settlement: PvP, FoP, 64 legs, intermediated routes, UTIs, priority (5.5)."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, LEI, go_to, instruct, leg
from tests.tokens.ops.test_settlement import (
    BASIS,
    SETTLE,
    A,
    allocate,
    isin_of,
    match,
    sale,
    start,
    status,
)
from tests.tokens.ops.world import CBM, World, address
from tokens.codec import encode
from tokens.events import BatchInstructed, BatchStatusChanged
from tokens.execution import RUNNER
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.freezes import Freeze
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.records.settlement import BATCH, LEGS_MAX, BatchStatus
from tokens.results import Code
from tokens.types import AssetKind


@pytest.fixture
def world() -> World:
    return start()


def approval(world: World, who: str, batch_id: str, *accounts: tuple[int, bool, str]) -> None:
    """Agree as another party of a batch of bank A."""
    batch = world.state.get(BATCH, A, batch_id)
    assert batch is not None
    named = tuple(
        LegAccount(leg=place, gives=gives, account=address(name)) for place, gives, name in accounts
    )
    world.act(
        who, ApproveBatch(initiator=A, batch_id=batch_id, digest=batch.digest, accounts=named)
    )


def settle_all(world: World, batch_id: str, *who: str) -> None:
    for name in who:
        world.act(name, AllocateBatch(initiator=A, batch_id=batch_id))
    world.act(who[0], SettleBatch(initiator=A, batch_id=batch_id))


def test_payment_versus_payment(world: World) -> None:
    """Two moneys against each other, both or neither."""
    world.money("EUR-CB", AssetKind.MONEY)
    euros = CbIssue(asset="EUR-CB", target=address("b/main"), amount=900, rtgs_ref="T2-1")
    world.act("central", euros)
    world.act(
        "bank_a",
        instruct(
            world,
            "P",
            leg(CBM, 280_000, "bank_a", "bank_b", "a/main", None),
            leg("EUR-CB", 900, "bank_b", "bank_a", None, "a/second"),
        ),
    )
    approval(world, "bank_b", "P", (0, False, "b/main"), (1, True, "b/main"))
    before = world.balance(CBM, "b/main")
    settle_all(world, "P", "bank_a", "bank_b")
    assert world.balance("EUR-CB", "a/second") == 900
    assert world.balance("EUR-CB", "b/main") == 0
    assert world.balance(CBM, "b/main") == before + 280_000


def test_free_of_payment_between_institutions(world: World) -> None:
    isin = isin_of(world)
    one = leg(isin, FACE, "bank_a", "bank_b", "a/main", None)
    world.act("bank_a", instruct(world, "F", one))
    approval(world, "bank_b", "F", (0, False, "b/main"))
    settle_all(world, "F", "bank_a")
    assert world.balance(isin, "b/main") == FACE


def test_an_intermediated_route_is_one_batch(world: World) -> None:
    """Seller -> its custodian -> the buyer's custodian -> buyer: nobody in between needs units."""
    isin = isin_of(world)
    for name, bank in (("client-a", "bank_a"), ("client-b", "bank_b")):
        world.account(name, None, bank)
    client_b = leg(isin, FACE, "bank_b", "bank_b", None, None)
    world.act(
        "bank_a",
        instruct(
            world,
            "I",
            leg(isin, FACE, "bank_a", "bank_a", "a/main", "a/second"),
            leg(isin, FACE, "bank_a", "bank_b", "a/second", None),
            client_b,
            leg(CBM, 7, "bank_b", "bank_a", None, "client-a"),
        ),
    )
    approval(
        world,
        "bank_b",
        "I",
        (1, False, "b/main"),
        (2, True, "b/main"),
        (2, False, "client-b"),
        (3, True, "b/main"),
    )
    settle_all(world, "I", "bank_a", "bank_b")
    assert world.balance(isin, "client-b") == FACE
    assert world.balance(isin, "b/main") == world.balance(isin, "a/second") == 0
    assert world.balance(CBM, "client-a") == 7


def test_sixty_four_legs_are_netted_and_one_more_is_no_batch(world: World) -> None:
    """62 legs go around in a circle with more than anybody has; two move one unit each."""
    much = 300 * FACE
    there = leg(CBM, much, "bank_a", "bank_a", "a/main", "a/second")
    back = leg(CBM, much, "bank_a", "bank_a", "a/second", "a/main")
    one = leg(CBM, 1, "bank_a", "bank_a", "a/main", "a/second")
    legs = (there, back) * 31 + (one, one)
    assert len(legs) == LEGS_MAX
    before = world.balance(CBM, "a/second")
    world.act("bank_a", instruct(world, "N", *legs))
    world.act("bank_a", AllocateBatch(initiator=A, batch_id="N"))
    batch = world.state.get(BATCH, A, "N")
    assert batch is not None
    assert len(batch.liens) == 1
    world.act("bank_a", SettleBatch(initiator=A, batch_id="N"))
    assert world.balance(CBM, "a/second") == before + 2
    assert RUNNER.decode(encode(instruct(world, "O", *legs))) is not None
    assert RUNNER.decode(encode(instruct(world, "O", *legs, one))) is None


def test_a_freeze_reaches_held_units(world: World) -> None:
    """What a batch holds is frozen afterwards: the batch FAILS and all is released (page 04)."""
    match(world)
    allocate(world)
    order = Freeze(
        order_id=bytes(32),
        account=address("a/main"),
        asset=isin_of(world),
        amount=50 * FACE - 1,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    money = world.balance(CBM, "b/main")
    world.act("bank_b", SETTLE)
    assert status(world) is BatchStatus.FAILED
    told = world.last(BatchStatusChanged)
    assert isinstance(told, BatchStatusChanged)
    # bank_b reads it too, and whose account is frozen is not for it to know
    assert told.reason == Code.UNDER_REVIEW
    assert (world.balance(CBM, "b/main"), world.balance(isin_of(world), "b/main")) == (money, 0)
    batch = world.state.get(BATCH, A, "T")
    assert batch is not None
    assert (batch.liens, batch.reason) == ((), Code.UNDER_REVIEW)


def test_the_other_parties_read_no_freeze_in_the_warnings_of_an_instruction(world: World) -> None:
    order = Freeze(
        order_id=bytes(32),
        account=address("a/main"),
        asset=None,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    world.act("bank_a", sale(world)[0])
    told = world.last(BatchInstructed)
    assert isinstance(told, BatchInstructed)
    assert told.warnings == (Code.UNDER_REVIEW,)


@pytest.mark.parametrize("uti", [LEI, LEI + "a", LEI[:-1] + "0X1"])
def test_a_uti_is_an_lei_and_more(world: World, uti: str) -> None:
    operation: InstructBatch = sale(world)[0]
    good = msgspec.structs.replace(operation, uti=LEI + "MOHUR2026TRADE1")
    world.refuse(Code.BAD_CHECK_DIGIT, "bank_a", msgspec.structs.replace(operation, uti=uti))
    world.act("bank_a", good)


def test_lower_priority_number_settles_first(world: World) -> None:
    """Of what the ledger settles on one date; ids of batches do not decide."""
    isd = dt.date(2025, 7, 3)
    for number, priority in enumerate((5, 0, 9, 1)):
        one = leg(CBM, 1, "bank_a", "bank_a", "a/main", "a/second")
        made = instruct(
            world,
            f"Q{number}",
            one,
            isd=isd,
            expires_on=isd + dt.timedelta(days=2),
            priority=priority,
            automatic=True,
        )
        world.act("bank_a", made)
        world.act("bank_a", AllocateBatch(initiator=A, batch_id=f"Q{number}"))
    go_to(world, isd)
    settled = [
        event.batch_id
        for event in world.events
        if isinstance(event, BatchStatusChanged) and event.status is BatchStatus.SETTLED
    ]
    assert settled[-4:] == ["Q1", "Q3", "Q0", "Q2"]
