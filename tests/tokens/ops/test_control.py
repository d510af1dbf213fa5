"""Freezes, credit stops, pauses and seizures."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, instruct, issue, leg, transfer
from tests.tokens.ops.test_cash import cb_issue
from tests.tokens.ops.world import CBM, START, World, address
from tokens import liens
from tokens.credit_stops import freeze_credit
from tokens.events import CreditStopSet, FreezeChanged, FreezeLifted, Seized
from tokens.lookup import require_asset
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.freezes import ChangeFreeze, Freeze, LiftFreeze, StopCredits
from tokens.ops.instruments import CancelInstrument
from tokens.posting import available
from tokens.records.holdings import LIEN, POSITION, LegalBasis
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH, BatchStatus
from tokens.records.system import PARAMETER, Parameter
from tokens.results import Code
from tokens.status import asset_refusal, use_of
from tokens.types import AccountStatus, OperationClass

BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))
ORDER = bytes([7]) * 32
LATER = dt.date(2025, 7, 4)
change = msgspec.structs.replace


def freeze(asset: str | None, amount: int | None, **changes: object) -> Freeze:
    values = {
        "order_id": ORDER,
        "account": address("a/main"),
        "asset": asset,
        "amount": amount,
        "expires_on": None,
        "basis": BASIS,
    }
    return Freeze(**(values | changes))  # type: ignore[arg-type]


def seize(amount: int, **changes: object) -> ForceTransfer:
    values = {
        "order_id": ORDER,
        "asset": CBM,
        "amount": amount,
        "target": address("treasury/main"),
        "reaches_pledged": False,
    }
    return ForceTransfer(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100)
    return made


def test_freeze_of_an_amount(world: World) -> None:
    world.act("fiu", freeze(CBM, 60))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(CBM, "a/main", "b/main", 41))
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 40))


def test_freeze_may_exceed_the_balance_and_catches_what_comes(world: World) -> None:
    world.act("fiu", freeze(CBM, 150))
    fund(world, "a/main", 40)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    fund(world, "a/main", 11)
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 1))


def test_freeze_of_all_assets_reaches_assets_that_come_later(world: World) -> None:
    world.act("fiu", freeze(None, None))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    fund(world, "b/main", 100 * FACE)
    isin = bond(world)
    issue(world, isin, "bank_b", "b/main", FACE, FACE)
    world.act("bank_b", transfer(isin, "b/main", "a/main", FACE))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", transfer(isin, "a/main", "b/main", FACE))
    world.act("fiu", LiftFreeze(order_id=ORDER))
    world.act("bank_a", transfer(isin, "a/main", "b/main", FACE))


def test_two_freezes_are_two_orders(world: World) -> None:
    world.act("fiu", freeze(CBM, 30))
    world.act("regulator", freeze(CBM, 30, order_id=bytes(32)))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(CBM, "a/main", "b/main", 41))
    world.refuse(Code.NOT_THE_AUTHORITY, "regulator", LiftFreeze(order_id=ORDER))
    world.act("fiu", LiftFreeze(order_id=ORDER))
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 70))


def test_freeze_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.refuse(Code.ROLE_REQUIRED, "central", freeze(CBM, 1))
    world.refuse(Code.UNKNOWN_ACCOUNT, "fiu", freeze(CBM, 1, account=address("nobody")))
    world.refuse(Code.UNKNOWN_ASSET, "fiu", freeze("NONE", 1))
    world.refuse(Code.BAD_FIELD, "fiu", freeze(None, 1))
    world.refuse(Code.BAD_DATE, "fiu", freeze(CBM, 1, expires_on=dt.date(2025, 7, 1)))
    world.act("fiu", freeze(CBM, 1))
    world.refuse(Code.ALREADY_EXISTS, "fiu", freeze(CBM, 1))
    monkeypatch.setattr(liens, "LIENS_MAX", 0)
    monkeypatch.setattr(liens, "FREEZES_MAX", 1)
    world.refuse(Code.LIENS_FULL, "fiu", freeze(CBM, 1, order_id=bytes(32)))


def test_an_order_runs_no_longer_than_the_parameter_says(world: World) -> None:
    """Counted from the business date; its authority may give it as long again."""
    world.state.put(PARAMETER, Parameter(name="freeze_days_max", value=180))
    world.write()
    last = dt.date(2025, 12, 28)
    world.refuse(Code.BAD_DATE, "fiu", freeze(CBM, 1))
    world.refuse(Code.BAD_DATE, "fiu", freeze(CBM, 1, expires_on=last + dt.timedelta(days=1)))
    world.act("fiu", freeze(CBM, 1, expires_on=last))
    again = ChangeFreeze(order_id=ORDER, amount=1, expires_on=None)
    world.refuse(Code.BAD_DATE, "fiu", again)
    world.act("fiu", change(again, expires_on=last))


def test_change_and_lift(world: World) -> None:
    world.act("fiu", freeze(CBM, 60))
    change = ChangeFreeze(order_id=ORDER, amount=10, expires_on=None)
    world.refuse(Code.NOT_THE_AUTHORITY, "regulator", change)
    world.refuse(Code.NOT_FOUND, "fiu", msgspec.structs.replace(change, order_id=bytes(32)))
    past = msgspec.structs.replace(change, expires_on=dt.date(2025, 7, 1))
    world.refuse(Code.BAD_DATE, "fiu", past)
    world.act("fiu", change)
    assert isinstance(world.last(FreezeChanged), FreezeChanged)
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 90))
    world.refuse(Code.NOT_FOUND, "fiu", LiftFreeze(order_id=bytes(32)))
    world.act("fiu", freeze(None, None, order_id=bytes(32)))
    part = msgspec.structs.replace(change, order_id=bytes(32))
    world.refuse(Code.BAD_FIELD, "fiu", part)


def test_an_expiry_ends_only_its_order(world: World) -> None:
    world.act("fiu", freeze(CBM, 60, expires_on=dt.date(2025, 7, 3)))
    world.act("regulator", freeze(CBM, 10, order_id=bytes(32)))
    later = ChangeFreeze(order_id=ORDER, amount=60, expires_on=dt.date(2025, 7, 7))
    world.act("fiu", later)
    go_to(world, dt.date(2025, 7, 4))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(CBM, "a/main", "b/main", 31))
    go_to(world, dt.date(2025, 7, 8))
    assert isinstance(world.last(FreezeLifted), FreezeLifted)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(CBM, "a/main", "b/main", 91))
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 90))


def test_nothing_is_taken_under_an_order_whose_date_has_come(world: World) -> None:
    """Before the agenda has come by, in the block of open_day: neither used nor renewed."""
    world.act("fiu", freeze(CBM, 60, expires_on=LATER))
    world.act("central", CloseDay(date=START))
    assert world.attempt("central", OpenDay(date=LATER)) is Code.OK
    assert world.state.get(LIEN, ORDER) is not None
    world.refuse(Code.NOT_FOUND, "central+fiu", seize(10))
    longer = ChangeFreeze(order_id=ORDER, amount=60, expires_on=None)
    world.refuse(Code.NOT_FOUND, "fiu", longer)
    world.end_block()
    assert world.state.get(LIEN, ORDER) is None


def test_credit_stop(world: World) -> None:
    stop = StopCredits(account=address("a/main"), stopped=True, basis=BASIS)
    allow = msgspec.structs.replace(stop, stopped=False)
    world.refuse(Code.ROLE_REQUIRED, "central", stop)
    world.refuse(
        Code.UNKNOWN_ACCOUNT, "fiu", msgspec.structs.replace(stop, account=address("nobody"))
    )
    world.refuse(Code.NOT_FOUND, "fiu", allow)
    world.act("fiu", stop)
    world.refuse(Code.ALREADY_EXISTS, "fiu", stop)
    world.refuse(Code.NOT_THE_AUTHORITY, "regulator", allow)
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 1))
    world.refuse(Code.UNDER_REVIEW, "bank_b", transfer(CBM, "b/main", "a/main", 1))
    world.refuse(Code.CREDIT_STOPPED, "bank_a", transfer(CBM, "a/second", "a/main", 1))
    world.act("fiu", allow)
    world.act("bank_b", transfer(CBM, "b/main", "a/main", 1))


def test_a_credit_stop_runs_no_longer_than_an_order(world: World) -> None:
    """Else it would freeze every coupon for ever where the law lets no order do so."""
    stop = StopCredits(account=address("a/main"), stopped=True, basis=BASIS)
    world.refuse(Code.BAD_DATE, "fiu", change(stop, expires_on=START))
    world.refuse(Code.BAD_FIELD, "fiu", change(stop, stopped=False, expires_on=LATER))
    world.state.put(PARAMETER, Parameter(name="freeze_days_max", value=5))
    world.refuse(Code.BAD_DATE, "fiu", stop)
    too_long = START + dt.timedelta(days=6)
    world.refuse(Code.BAD_DATE, "fiu", change(stop, expires_on=too_long))
    fund(world, "b/main", 1)
    world.act("fiu", change(stop, expires_on=LATER))
    context = world.context(world.actors("central"))
    freeze_credit(context, address("a/main"), CBM, 3)
    freeze_credit(context, address("a/main"), CBM, 4)
    (caught,) = world.state.scan(LIEN, LIEN.indexes[0], (address("a/main"),), limit=9)
    assert (caught.amount, caught.expires_on) == (7, LATER)
    go_to(world, LATER - dt.timedelta(days=1))
    world.refuse(Code.UNDER_REVIEW, "bank_b", transfer(CBM, "b/main", "a/main", 1))
    go_to(world, LATER)
    told = world.last(CreditStopSet)
    assert isinstance(told, CreditStopSet)
    assert not told.stopped
    world.act("bank_b", transfer(CBM, "b/main", "a/main", 1))
    assert world.state.scan(LIEN, LIEN.indexes[0], (address("a/main"),), limit=9) == []


def test_an_end_of_a_stop_that_was_lifted_does_not_end_the_next(world: World) -> None:
    stop = StopCredits(account=address("a/main"), stopped=True, basis=BASIS, expires_on=LATER)
    world.act("fiu", stop)
    world.act("fiu", change(stop, stopped=False, expires_on=None))
    world.act("fiu", change(stop, expires_on=None))
    go_to(world, LATER)
    world.refuse(Code.UNDER_REVIEW, "bank_b", transfer(CBM, "b/main", "a/main", 1))


def test_pause_is_refused(world: World) -> None:
    world.refuse(Code.NEEDS_APPROVAL, "central", PauseAsset(asset=CBM, classes=1))
    world.refuse(Code.UNKNOWN_ASSET, "central+regulator", PauseAsset(asset="NONE", classes=1))
    world.refuse(Code.BAD_FIELD, "central+regulator", PauseAsset(asset=CBM, classes=32))


def test_a_pause_stops_the_classes_that_it_names_and_no_other(world: World) -> None:
    classes = [OperationClass(1 << bit) for bit in range(5)]
    for paused in classes:
        world.act("central+regulator", PauseAsset(asset=CBM, classes=paused.value))
        asset = require_asset(world.state, CBM)
        uses = {each: use_of(each, gives=True) for each in classes}
        stopped = [each for each in classes if asset_refusal(asset, each, uses[each]) is not None]
        assert stopped == [paused]
    pay, issue = transfer(CBM, "a/main", "b/main", 1), cb_issue(1, "AFTER")
    for paused, refused, passes in (
        (OperationClass.ISSUE, ("central", issue), ("bank_a", pay)),
        (OperationClass.MOVE, ("bank_a", pay), ("central", issue)),
    ):
        world.act("central+regulator", PauseAsset(asset=CBM, classes=paused.value))
        world.refuse(Code.ASSET_PAUSED, *refused)
        world.act(*passes)


def test_seizure_is_not_stopped_by_freeze_pause_or_stop(world: World) -> None:
    world.act("fiu", freeze(CBM, None))
    world.act("fiu", freeze(None, None, order_id=bytes(32)))
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=BASIS))
    world.act("central+regulator", PauseAsset(asset=CBM, classes=31))
    world.act("central+fiu", seize(100))
    assert world.balance(CBM, "treasury/main") == 100
    assert isinstance(world.last(Seized), Seized)


def test_seizure_lowers_and_ends_its_order(world: World) -> None:
    world.act("fiu", freeze(CBM, 60))
    world.act("central+fiu", seize(20))
    lien = world.state.get(LIEN, ORDER)
    assert lien is not None
    assert lien.amount == 40
    world.refuse(Code.ORDER_EXCEEDED, "central+fiu", seize(41))
    world.act("central+fiu", seize(40))
    assert world.state.get(LIEN, ORDER) is None
    assert available(world.state.get(POSITION, CBM, address("a/main"))) == 40


def test_seizure_is_refused(world: World) -> None:
    world.refuse(Code.NOT_FOUND, "central+fiu", seize(1))
    world.act("fiu", freeze(CBM, 500))
    world.refuse(Code.ROLE_REQUIRED, "fiu", seize(1))
    world.refuse(Code.NOT_THE_AUTHORITY, "central", seize(1))
    world.refuse(Code.NOT_THE_AUTHORITY, "central+regulator", seize(1))
    world.refuse(Code.UNKNOWN_ASSET, "central+fiu", seize(1, asset="NONE"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "central+fiu", seize(1, target=address("nobody")))
    world.refuse(Code.SAME_ACCOUNT, "central+fiu", seize(1, target=address("a/main")))
    world.refuse(Code.ACCOUNT_RESERVED, "central+fiu", seize(1, target=address("reserve")))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "central+fiu", seize(101))
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "central+fiu", seize(1, target=address("b/main")))
    isin = bond(world)
    world.act("fiu", freeze(isin, 5, order_id=bytes(32)))
    drafts = seize(1, order_id=bytes(32), asset=isin)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "central+fiu", drafts)
    world.act("treasury", CancelInstrument(asset=isin))
    world.refuse(Code.ASSET_NOT_ACTIVE, "central+fiu", drafts)
    closed = world.state.get(ACCOUNT, address("a/second"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "central+fiu", seize(1, target=address("a/second")))


def _own_batch(world: World, batch_id: str, amount: int) -> None:
    """A batch of bank_a alone, allocated."""
    one = leg(CBM, amount, "bank_a", "bank_a", "a/main", "a/second")
    world.act("bank_a", instruct(world, batch_id, one))
    world.act("bank_a", AllocateBatch(initiator=address("bank_a"), batch_id=batch_id))


def test_seizure_takes_free_units_first_then_held_ones(world: World) -> None:
    _own_batch(world, "B1", 50)
    world.act("fiu", freeze(CBM, 100))
    world.act("central+fiu", seize(50))
    batch = world.state.get(BATCH, address("bank_a"), "B1")
    assert batch is not None
    assert batch.status is BatchStatus.ALLOCATED
    world.act("central+fiu", seize(10))
    batch = world.state.get(BATCH, address("bank_a"), "B1")
    assert batch is not None
    assert batch.status is BatchStatus.FAILED
    assert batch.liens == ()


def test_a_freeze_that_reaches_held_units_fails_the_batch(world: World) -> None:
    _own_batch(world, "B1", 50)
    world.act("fiu", freeze(CBM, 51))
    world.act("bank_a", SettleBatch(initiator=address("bank_a"), batch_id="B1"))
    batch = world.state.get(BATCH, address("bank_a"), "B1")
    assert batch is not None
    assert batch.status is BatchStatus.FAILED
    assert batch.reason == Code.ACCOUNT_FROZEN
    assert world.balance(CBM, "a/second") == 0


def test_a_freeze_that_leaves_enough_does_not(world: World) -> None:
    _own_batch(world, "B1", 50)
    world.act("fiu", freeze(CBM, 50))
    world.act("bank_a", SettleBatch(initiator=address("bank_a"), batch_id="B1"))
    assert world.balance(CBM, "a/second") == 50
