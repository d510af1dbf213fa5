"""Batches after matching: allocation, settlement, cancelling, expiry, the ledger's own part."""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.ops.build import FACE, dvp, go_to, instruct, leg, terms, trade
from tests.tokens.ops.test_settlement import (
    ALLOCATE,
    BASIS,
    CANCEL,
    SETTLE,
    A,
    allocate,
    isin_of,
    match,
    sale,
    start,
    status,
)
from tests.tokens.ops.world import CBM, START, World, address
from tokens.events import BatchPending
from tokens.finance.isin import isin_check_digit
from tokens.lookup import require_asset
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.instruments import CancelInstrument, CreateInstrument
from tokens.posting import available
from tokens.records.amend import with_asset
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH, Batch, BatchStatus
from tokens.results import Code
from tokens.types import AccountStatus, AssetStatus, OperationClass


@pytest.fixture
def world() -> World:
    return start()


def test_issue_above_the_maximum_is_refused(world: World) -> None:
    isin = isin_of(world)
    seller = ("treasury", None, "treasury/main")
    buyer = ("bank_b", "b/main")
    operation, approval = dvp(world, "I", seller, buyer, isin, 9_951 * FACE, FACE)
    world.act("treasury", operation)
    world.act("bank_b", approval)
    name = address("treasury")
    world.act("bank_b", AllocateBatch(initiator=name, batch_id="I"))
    step = SettleBatch(initiator=name, batch_id="I")
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "bank_b", step)


def match_issue(world: World, asset: str) -> None:
    """Batch I: the treasury issues to bank_b against money; what is issued needs no allocation."""
    seller = ("treasury", None, "treasury/main")
    operation, approval = dvp(world, "I", seller, ("bank_b", "b/main"), asset, FACE, FACE)
    world.act("treasury", operation)
    world.act("bank_b", approval)


def another_isin(world: World) -> str:
    """A draft beside the instrument of all tests."""
    body = "PK000000002"
    made = terms(isin=body + isin_check_digit(body))
    world.act("treasury", CreateInstrument(terms=made))
    return made.isin


def test_a_draft_is_not_issued(world: World) -> None:
    other = another_isin(world)
    match_issue(world, other)
    name = address("treasury")
    world.act("bank_b", AllocateBatch(initiator=name, batch_id="I"))
    world.refuse(Code.ASSET_NOT_ACTIVE, "bank_b", SettleBatch(initiator=name, batch_id="I"))


def test_cancel_after_matching_needs_both(world: World) -> None:
    match(world)
    allocate(world)
    world.act("bank_a", CANCEL)
    assert status(world) is BatchStatus.ALLOCATED
    world.refuse(Code.ALREADY_APPROVED, "bank_a", CANCEL)
    world.act("bank_b", CANCEL)
    assert status(world) is BatchStatus.CANCELLED
    trade(
        world, "T2", ("bank_a", "a/main", "a/main"), ("bank_b", "b/main"), isin_of(world), FACE, 1
    )


def test_initiator_cancels_alone_before_matching(world: World) -> None:
    operation, approval = sale(world)
    world.act("bank_a", operation)
    world.act("bank_a", CANCEL)
    assert status(world) is BatchStatus.CANCELLED
    world.refuse(Code.BATCH_NOT_OPEN, "bank_b", approval)
    world.refuse(Code.ALREADY_EXISTS, "bank_a", operation)


def test_allocated_batch_expires_and_releases(world: World) -> None:
    match(world)
    allocate(world)
    go_to(world, dt.date(2025, 7, 8))
    assert status(world) is BatchStatus.EXPIRED
    trade(
        world, "T2", ("bank_a", "a/main", "a/main"), ("bank_b", "b/main"), isin_of(world),
        50 * FACE, 1,
    )  # fmt: skip


def test_ledger_settles_at_the_intended_date(world: World) -> None:
    match(world, isd=dt.date(2025, 7, 3), automatic=True)
    allocate(world)
    assert status(world) is BatchStatus.ALLOCATED
    go_to(world, dt.date(2025, 7, 3))
    assert status(world) is BatchStatus.SETTLED


def test_ledger_settles_at_once_if_the_date_has_come(world: World) -> None:
    match(world, automatic=True)
    allocate(world)
    assert status(world) is BatchStatus.SETTLED


def test_ledger_waits_while_the_asset_is_paused(world: World) -> None:
    match(world, automatic=True)
    world.act("bank_a", ALLOCATE)
    isin = isin_of(world)
    world.act("central+regulator", PauseAsset(asset=isin, classes=int(OperationClass.TRADE)))
    world.act("bank_b", ALLOCATE)
    assert status(world) is BatchStatus.ALLOCATED
    assert isinstance(world.last(BatchPending), BatchPending)
    world.act("central+regulator", PauseAsset(asset=isin, classes=0))
    world.act("bank_b", SETTLE)
    assert status(world) is BatchStatus.SETTLED


def test_ledger_fails_what_does_not_comply(world: World) -> None:
    match(world, isd=dt.date(2025, 7, 3), automatic=True)
    allocate(world)
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    go_to(world, dt.date(2025, 7, 3))
    assert status(world) is BatchStatus.FAILED


def _batch(world: World, batch_id: str) -> Batch:
    batch = world.state.get(BATCH, A, batch_id)
    assert batch is not None
    return batch


def test_net_effect_counts_not_the_single_leg(world: World) -> None:
    """Money that goes around in a circle needs no balance but the net one."""
    around = (
        leg(CBM, 500 * FACE, "bank_a", "bank_a", "a/main", "a/second"),
        leg(CBM, 499 * FACE, "bank_a", "bank_a", "a/second", "a/main"),
    )
    world.act("bank_a", instruct(world, "R", *around))
    world.act("bank_a", AllocateBatch(initiator=A, batch_id="R"))
    assert len(_batch(world, "R").liens) == 1
    before = world.balance(CBM, "a/second")
    world.act("bank_a", SettleBatch(initiator=A, batch_id="R"))
    assert world.balance(CBM, "a/second") == before + FACE


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_repeated_account_does_not_slip_past_a_freeze(world: World, times: int) -> None:
    """Each leg alone would pass the freeze; together they do not (5.5)."""
    free = world.balance(CBM, "a/main") - 10
    order = Freeze(
        order_id=bytes(32),
        account=address("a/main"),
        asset=CBM,
        amount=free,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    legs = [leg(CBM, 5, "bank_a", "bank_a", "a/main", "a/second")] * times
    world.act("bank_a", instruct(world, "R", *legs))
    step = AllocateBatch(initiator=A, batch_id="R")
    if times <= 2:
        world.act("bank_a", step)
    else:
        world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", step)


def test_matured_asset_fails_at_settlement(world: World) -> None:
    expiry = terms().maturity_date
    go_to(world, expiry - dt.timedelta(days=3))
    match(world, expires_on=expiry + dt.timedelta(days=30))
    allocate(world)
    world.quota = 1
    world.attempt("central", *_close_and_open(world, expiry))
    world.refuse(Code.ASSET_MATURED, "bank_a", SETTLE)
    world.quota = 500
    world.end_block()
    assert status(world) is BatchStatus.FAILED


def _close_and_open(world: World, date: dt.date) -> tuple[msgspec.Struct, ...]:
    from tokens.ops.business_day import CloseDay, OpenDay

    return CloseDay(date=date - dt.timedelta(days=3)), OpenDay(date=date)


def test_allocation_respects_the_lien_column(world: World) -> None:
    """A hold placed during redemption would outlive the units it rests on."""
    isin = isin_of(world)
    match(world, expires_on=START + dt.timedelta(days=300))
    world.act("central+regulator", PauseAsset(asset=isin, classes=int(OperationClass.TRADE)))
    world.refuse(Code.ASSET_PAUSED, "bank_a", ALLOCATE)
    world.act("central+regulator", PauseAsset(asset=isin, classes=0))
    stop = StopCredits(account=address("a/main"), stopped=True, basis=BASIS)
    world.act("fiu", stop)
    world.refuse(Code.CREDIT_STOPPED, "bank_a", ALLOCATE)
    known = world.state.get(ACCOUNT, address("a/main"))
    assert known is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(known, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", ALLOCATE)
    asset = require_asset(world.state, isin)
    world.state.put(ASSET, with_asset(asset, status=AssetStatus.MATURED))
    world.refuse(Code.ASSET_MATURED, "bank_a", ALLOCATE)
    world.state.put(ASSET, with_asset(asset, status=AssetStatus.CANCELLED))
    world.refuse(Code.ASSET_NOT_ACTIVE, "bank_a", ALLOCATE)


def issue_that_ends(world: World, asset: str, end: Callable[[], object]) -> Batch:
    """Matched, then its paper ends, and then the buyer's money is set aside."""
    before = available(world.state.get(POSITION, CBM, address("b/main")))
    match_issue(world, asset)
    end()
    name = address("treasury")
    world.act("bank_b", AllocateBatch(initiator=name, batch_id="I"))
    assert available(world.state.get(POSITION, CBM, address("b/main"))) == before
    batch = world.state.get(BATCH, name, "I")
    assert batch is not None
    assert batch.liens == ()
    return batch


def test_an_issue_of_a_paper_that_is_over_fails_when_all_is_allocated(world: World) -> None:
    """Found by the adversary, seed 6: money was held for it, as nobody holds what is issued."""
    asset = require_asset(world.state, isin_of(world))
    over = with_asset(asset, status=AssetStatus.MATURED)
    batch = issue_that_ends(world, asset.id, lambda: world.state.put(ASSET, over))
    assert (batch.status, batch.reason) == (BatchStatus.FAILED, int(Code.ASSET_MATURED))


def test_an_issue_of_a_paper_that_was_cancelled_fails_likewise(world: World) -> None:
    other = another_isin(world)
    world.act("treasury", CancelInstrument(asset=other))
    batch = issue_that_ends(world, other, lambda: None)
    assert (batch.status, batch.reason) == (BatchStatus.FAILED, int(Code.ASSET_NOT_ACTIVE))


def test_what_is_set_aside_for_a_paper_that_is_cancelled_comes_back(world: World) -> None:
    before = available(world.state.get(POSITION, CBM, address("b/main")))
    other = another_isin(world)
    match_issue(world, other)
    name = address("treasury")
    world.act("bank_b", AllocateBatch(initiator=name, batch_id="I"))
    assert available(world.state.get(POSITION, CBM, address("b/main"))) < before
    world.act("treasury", CancelInstrument(asset=other))
    world.end_block()
    batch = world.state.get(BATCH, name, "I")
    assert batch is not None
    assert (batch.status, batch.reason) == (BatchStatus.FAILED, int(Code.ASSET_NOT_ACTIVE))
    assert available(world.state.get(POSITION, CBM, address("b/main"))) == before


def test_both_parties_settle_at_once_in_one_proposal(world: World) -> None:
    """Instruct, approve, allocate twice, settle: one atomic run when both stand behind it."""
    operation, approval = sale(world)
    steps = (operation, approval, ALLOCATE, ALLOCATE, SETTLE)
    world.act("bank_a+bank_b", *steps)
    assert status(world) is BatchStatus.SETTLED


def test_both_parties_cancel_in_one_proposal(world: World) -> None:
    match(world)
    world.act("bank_a+bank_b", CANCEL, CANCEL)
    assert status(world) is BatchStatus.CANCELLED
