"""Accounts that pay and are paid through another account of their institution (5.5)."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, instruct, leg
from tests.tokens.ops.test_settlement import (
    A,
    B,
    isin_of,
    start,
)
from tests.tokens.ops.test_settlement_forms import approval, settle_all
from tests.tokens.ops.world import CBM, World, address
from tokens.ops.batch_steps import AllocateBatch, CancelBatch, SettleBatch
from tokens.ops.cash_accounts import SetCashAccount
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.records.amend import with_asset
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus


@pytest.fixture
def world() -> World:
    return start()


ROUTE = SetCashAccount(account=address("custody"), asset=CBM, cash_account=address("b/main"))


def custody(world: World) -> None:
    """A client's account at bank B, of a tier that the money does not take."""
    world.account("custody", None, "bank_b", kyc_tier=1)
    money = world.state.get(ASSET, CBM)
    assert money is not None
    world.state.put(ASSET, with_asset(money, kyc_tier_min=2))


def purchase(world: World) -> None:
    """The client buys: its custody account is named on both sides."""
    isin = isin_of(world)
    world.act(
        "bank_a",
        instruct(
            world,
            "C",
            leg(isin, FACE, "bank_a", "bank_b", "a/main", None),
            leg(CBM, 9, "bank_b", "bank_a", None, "a/main"),
        ),
    )
    approval(world, "bank_b", "C", (0, False, "custody"), (1, True, "custody"))


def test_an_account_pays_through_its_cash_account(world: World) -> None:
    custody(world)
    world.act("bank_b", ROUTE)
    purchase(world)
    before = world.balance(CBM, "b/main")
    settle_all(world, "C", "bank_a", "bank_b")
    assert world.balance(isin_of(world), "custody") == FACE
    assert world.balance(CBM, "b/main") == before - 9


def test_an_account_is_paid_through_its_cash_account(world: World) -> None:
    """The other way round it could not receive: tier 1, and the money asks for 2."""
    custody(world)
    isin = isin_of(world)
    one = leg(isin, FACE, "bank_a", "bank_b", "a/main", None)
    world.act("bank_a", instruct(world, "F", one))
    approval(world, "bank_b", "F", (0, False, "custody"))
    settle_all(world, "F", "bank_a")
    for batch_id, route in (("S1", False), ("S2", True)):
        if route:
            world.act("bank_b", ROUTE)
        sell = (
            leg(isin, FACE, "bank_b", "bank_a", "custody", None),
            leg(CBM, 11, "bank_a", "bank_b", None, "custody"),
        )
        world.act("bank_b", instruct(world, batch_id, *sell))
        batch = world.state.get(BATCH, B, batch_id)
        assert batch is not None
        named = (
            LegAccount(leg=0, gives=False, account=address("a/main")),
            LegAccount(leg=1, gives=True, account=address("a/main")),
        )
        approve = ApproveBatch(initiator=B, batch_id=batch_id, digest=batch.digest, accounts=named)
        world.act("bank_a", approve)
        for bank in ("bank_a", "bank_b"):
            world.act(bank, AllocateBatch(initiator=B, batch_id=batch_id))
        if not route:
            settle = SettleBatch(initiator=B, batch_id=batch_id)
            world.refuse(Code.KYC_TIER_TOO_LOW, "bank_b", settle)
            cancel = CancelBatch(initiator=B, batch_id=batch_id)
            world.act("bank_a+bank_b", cancel, cancel)
    before = world.balance(CBM, "b/main")
    world.act("bank_b", SettleBatch(initiator=B, batch_id="S2"))
    assert world.balance(CBM, "b/main") == before + 11
    assert world.balance(CBM, "custody") == 0


def test_a_route_ends_and_cannot_be_imposed(world: World) -> None:
    custody(world)
    end = msgspec.structs.replace(ROUTE, cash_account=None)
    world.refuse(Code.NOT_FOUND, "bank_b", end)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", ROUTE)
    world.act("bank_b", ROUTE)
    world.refuse(Code.NOT_FOUND, "bank_a", end)
    world.act("bank_b", end)
    purchase(world)
    step = AllocateBatch(initiator=A, batch_id="C")
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_b", step)


def test_a_route_is_refused(world: World) -> None:
    custody(world)

    def to(**changes: object) -> SetCashAccount:
        return msgspec.structs.replace(ROUTE, **changes)

    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_b", to(account=address("nobody")))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_b", to(cash_account=address("nobody")))
    world.refuse(Code.UNKNOWN_ASSET, "bank_b", to(asset="NONE"))
    world.refuse(Code.BAD_FIELD, "bank_b", to(asset=isin_of(world)))
    world.refuse(Code.SAME_ACCOUNT, "bank_b", to(cash_account=address("custody")))
    world.refuse(Code.BAD_FIELD, "bank_a+bank_b", to(cash_account=address("a/main")))
    world.account("set-aside", "bank_b", "bank_b", purpose=AccountPurpose.RESERVE)
    world.refuse(Code.ACCOUNT_RESERVED, "bank_b", to(cash_account=address("set-aside")))
    world.act("bank_b", ROUTE)
    world.account("other", "bank_b", "bank_b")
    through = to(account=address("other"), cash_account=address("custody"))
    world.refuse(Code.BAD_FIELD, "bank_b", through)
    closed = world.state.get(ACCOUNT, address("b/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_b", to(account=address("other")))


def test_a_route_ends_with_the_institution(world: World) -> None:
    """The client's servicer changes: the old one's money is out of its reach."""
    custody(world)
    world.act("bank_b", ROUTE)
    account = world.state.get(ACCOUNT, address("custody"))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, servicer=A))
    one = leg(CBM, 5, "bank_a", "bank_b", "custody", None)
    operation: InstructBatch = instruct(world, "G", one)
    world.act("bank_a", operation)
    batch = world.state.get(BATCH, A, "G")
    assert batch is not None
    assert batch.legs[0].source == address("custody")
