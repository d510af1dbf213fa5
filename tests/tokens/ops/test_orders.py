"""Orders: what they hold, every refusal, replacing, cancelling."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.book import (
    PAR,
    TODAY,
    UNTIL,
    book,
    buy,
    order_of,
    placed,
    reserve_account,
    sell,
    trading_world,
)
from tests.tokens.ops.build import FACE, ISIN, go_to, transfer
from tests.tokens.ops.test_settlement import BASIS
from tests.tokens.ops.world import CBM, World, address
from tokens import liens
from tokens.amount import mul_div_half_up
from tokens.context import Actors
from tokens.coupon_rates import accrued_at
from tokens.events import OrderEnded, OrderReplaced
from tokens.lookup import require, require_account, require_asset
from tokens.ops.business_day import CloseDay
from tokens.ops.cash_accounts import SetCashAccount
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.order_changes import CancelOrder, ReplaceOrder
from tokens.ops.orders import PlaceOrder
from tokens.orders import close_book
from tokens.records.amend import with_asset
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.market import ORDER, OrderStatus
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import NO_ADDRESS, AccountStatus, AssetStatus, OperationClass


@pytest.fixture
def world() -> World:
    return trading_world()


def held(world: World, asset: str, account: str) -> int:
    position = world.state.get(POSITION, asset, address(account))
    assert position is not None
    return position.held


def test_a_seller_holds_the_face(world: World) -> None:
    placed(world, "bank_a", sell("a/main", PAR, 7))
    assert held(world, ISIN, "a/main") == 7 * FACE
    taken = transfer(ISIN, "a/main", "b/main", 44 * FACE)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", taken)


@pytest.mark.parametrize("until", [TODAY + dt.timedelta(days=1), UNTIL, dt.date(2025, 10, 1)])
def test_a_buyer_holds_the_price_and_the_highest_accrued(world: World, until: dt.date) -> None:
    """The oracle looks at every date on which the order may be filled."""
    price = 1_012_345
    placed(world, "bank_b", buy("b/main", price, 3, expires_on=until))
    instrument = require(world.state, INSTRUMENT, ISIN)
    dates = [TODAY + dt.timedelta(days=days) for days in range((until - TODAY).days)]
    most = max(accrued_at(world.state, instrument, 3 * FACE, date) or 0 for date in dates)
    assert held(world, CBM, "b/main") == mul_div_half_up(3 * FACE, price, 10**6) + most


def test_the_highest_accrued_is_that_of_the_record(world: World) -> None:
    """Over a record the interest is highest at its date: after it, it is negative."""
    go_to(world, dt.date(2025, 12, 1))
    until = dt.date(2026, 2, 27)
    placed(world, "bank_b", buy("b/main", PAR, 1, expires_on=until))
    instrument = require(world.state, INSTRUMENT, ISIN)
    start = dt.date(2025, 12, 1)
    dates = [start + dt.timedelta(days=days) for days in range((until - start).days)]
    found = [accrued_at(world.state, instrument, FACE, date) or 0 for date in dates]
    assert min(found) < 0
    assert held(world, CBM, "b/main") == FACE + max(found)


def change(world: World, operation: PlaceOrder, order_id: bytes) -> msgspec.Struct:
    """The same content as a replacement."""
    return ReplaceOrder(
        order=order_id,
        price_e4=operation.price_e4,
        face=operation.face,
        expires_on=operation.expires_on,
    )


def refuse_both(world: World, code: Code, operation: PlaceOrder, order_id: bytes) -> None:
    """As a new order, and as a replacement of an old one."""
    world.refuse(code, "bank_b", operation)
    world.refuse(code, "bank_b", change(world, operation, order_id))


def test_content_is_refused(world: World) -> None:
    old = placed(world, "bank_b", buy("b/main", PAR - 50, 1))
    day = dt.timedelta(days=1)
    good = buy("b/main", PAR, 2)
    for date in (TODAY, TODAY + 93 * day):
        wrong = msgspec.structs.replace(good, expires_on=date)
        refuse_both(world, Code.BAD_DATE, wrong, old)
    refuse_both(world, Code.DENOM_NOT_MULTIPLE, buy("b/main", PAR, 2, face=FACE + 1), old)
    much = buy("b/main", 10**9, 1, face=2**60 - 2**60 % FACE)
    refuse_both(world, Code.AMOUNT_OVERFLOW, much, old)
    refuse_both(world, Code.INSUFFICIENT_AVAILABLE, buy("b/main", PAR, 201), old)
    asset = require_asset(world.state, ISIN)
    tiny = msgspec.structs.replace(asset, denomination=1, increment=1)
    world.state.put(ASSET, tiny)
    refuse_both(world, Code.AMOUNT_ZERO, buy("b/main", 1, 1, face=3), old)
    for code, status in (
        (Code.ASSET_NOT_ACTIVE, AssetStatus.CANCELLED),
        (Code.ASSET_MATURED, AssetStatus.MATURED),
    ):
        world.state.put(ASSET, with_asset(asset, status=status))
        refuse_both(world, code, good, old)
    world.state.put(ASSET, with_asset(asset, paused=int(OperationClass.TRADE)))
    refuse_both(world, Code.ASSET_PAUSED, good, old)
    world.state.put(ASSET, with_asset(asset, kyc_tier_min=9))
    refuse_both(world, Code.KYC_TIER_TOO_LOW, good, old)


def test_an_order_needs_an_account_that_may_trade(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = placed(world, "bank_b", buy("b/main", PAR - 50, 1))
    good = buy("b/main", PAR, 2)
    monkeypatch.setattr(liens, "LIENS_MAX", 0)
    refuse_both(world, Code.LIENS_FULL, good, old)
    monkeypatch.undo()
    account = require_account(world.state, address("b/main"))
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.CLOSED))
    refuse_both(world, Code.ACCOUNT_CLOSED, good, old)
    world.state.put(ACCOUNT, account)
    order = Freeze(
        order_id=bytes(32),
        account=account.id,
        asset=CBM,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    refuse_both(world, Code.ACCOUNT_FROZEN, good, old)
    world.act("fiu", StopCredits(account=account.id, stopped=True, basis=BASIS))
    refuse_both(world, Code.CREDIT_STOPPED, good, old)


def test_a_closed_day_and_a_closing_book_take_no_order(world: World) -> None:
    old = placed(world, "bank_b", buy("b/main", PAR - 50, 1))
    good = buy("b/main", PAR, 2)
    savepoint = world.state.savepoint()
    close_book(world.context(Actors(NO_ADDRESS, ())), ISIN)
    refuse_both(world, Code.BOOK_CLOSED, good, old)
    world.state.rollback(savepoint)
    world.act("central", CloseDay(date=TODAY))
    refuse_both(world, Code.DAY_CLOSED, good, old)
    world.act("bank_b", CancelOrder(order=old))


def test_whose_order_and_of_what(world: World) -> None:
    good = buy("b/main", PAR, 2)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", good)
    unknown = msgspec.structs.replace(good, asset="NONE")
    world.refuse(Code.UNKNOWN_ASSET, "bank_b", unknown)
    world.refuse(Code.UNKNOWN_ASSET, "bank_b", msgspec.structs.replace(good, asset=CBM))
    nobody = msgspec.structs.replace(good, account=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_b", nobody)
    reserve_account(world)
    world.refuse(Code.ACCOUNT_RESERVED, "bank_a", sell("aside", PAR, 1))


def test_an_account_never_meets_itself(world: World) -> None:
    old = placed(world, "bank_a", sell("a/main", PAR, 1))
    bid = placed(world, "bank_a", buy("a/main", PAR - 1, 1))
    world.refuse(Code.SELF_MATCH, "bank_a", buy("a/main", PAR, 1))
    up = ReplaceOrder(order=bid, price_e4=PAR, face=FACE, expires_on=UNTIL)
    world.refuse(Code.SELF_MATCH, "bank_a", up)
    world.act("bank_a", CancelOrder(order=old))
    world.act("bank_a", up)


def test_orders_have_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from tokens.ops import orders as module

    good = buy("b/main", PAR, 1)
    monkeypatch.setattr(module, "BOOKS_MAX", 0)
    world.refuse(Code.TOO_MANY_BOOKS, "bank_b", good)
    monkeypatch.undo()
    world.act("bank_b", good)
    monkeypatch.setattr(module, "BOOKS_MAX", 1)
    world.act("bank_b", good)
    monkeypatch.setattr(module, "ORDERS_PER_BOOK_MAX", 2)
    world.refuse(Code.BOOK_FULL, "bank_b", good)
    monkeypatch.setattr(module, "ORDERS_PER_ACCOUNT_MAX", 2)
    world.refuse(Code.TOO_MANY_ORDERS, "bank_b", good)
    monkeypatch.setattr(module, "ORDERS_PER_BOOK_MAX", 3)
    placed(world, "regulator", buy("c/main", PAR, 1))


def test_a_cancelled_order_holds_nothing_and_is_told(world: World) -> None:
    order = placed(world, "bank_a", sell("a/main", PAR, 7))
    world.refuse(Code.NOT_FOUND, "bank_a", CancelOrder(order=bytes(32)))
    world.refuse(Code.NOT_FOUND, "bank_b", CancelOrder(order=order))
    world.act("bank_a", CancelOrder(order=order))
    world.refuse(Code.ORDER_NOT_OPEN, "bank_a", CancelOrder(order=order))
    assert held(world, ISIN, "a/main") == 0
    told = world.last(OrderEnded)
    assert isinstance(told, OrderEnded)
    assert (told.account, told.status, told.reason) == (
        address("a/main"),
        OrderStatus.CANCELLED,
        0,
    )
    assert book(world).orders == 0
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 50 * FACE))


def test_a_replaced_order_keeps_its_place_only_for_less(world: World) -> None:
    order = placed(world, "bank_a", sell("a/main", PAR, 7))
    first = order_of(world, order).entered_at

    def replace(price_e4: int, lots: int, until: dt.date = UNTIL) -> OrderReplaced:
        face = lots * FACE
        world.act(
            "bank_a",
            ReplaceOrder(order=order, price_e4=price_e4, face=face, expires_on=until),
        )
        assert held(world, ISIN, "a/main") == face
        event = world.last(OrderReplaced)
        assert isinstance(event, OrderReplaced)
        said = (event.order, event.account, event.price_e4, event.face, event.expires_on)
        assert said == (order, address("a/main"), price_e4, face, until)
        return event

    assert replace(PAR, 6).keeps_place
    assert replace(PAR, 6, dt.date(2025, 8, 4)).keeps_place
    assert order_of(world, order).entered_at == first
    assert not replace(PAR, 7).keeps_place
    second = order_of(world, order).entered_at
    assert second > first
    assert not replace(PAR - 1, 5).keeps_place
    assert order_of(world, order).entered_at > second


def test_a_replaced_order_may_use_what_it_holds(world: World) -> None:
    order = placed(world, "bank_a", sell("a/main", PAR, 50))
    with_all = ReplaceOrder(order=order, price_e4=PAR + 1, face=50 * FACE, expires_on=UNTIL)
    world.act("bank_a", with_all)
    more = msgspec.structs.replace(with_all, face=51 * FACE)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", more)
    world.refuse(Code.NOT_FOUND, "bank_a", msgspec.structs.replace(more, order=bytes(32)))
    world.refuse(Code.NOT_FOUND, "bank_b", with_all)
    world.act("bank_a", CancelOrder(order=order))
    world.refuse(Code.ORDER_NOT_OPEN, "bank_a", with_all)


def test_an_order_expires_and_is_forgotten(world: World) -> None:
    order = placed(world, "bank_a", sell("a/main", PAR, 7, expires_on=dt.date(2025, 7, 21)))
    longer = ReplaceOrder(order=order, price_e4=PAR, face=7 * FACE, expires_on=dt.date(2025, 7, 23))
    world.act("bank_a", longer)
    go_to(world, dt.date(2025, 7, 21))
    assert order_of(world, order).status is OrderStatus.OPEN
    go_to(world, dt.date(2025, 7, 23))
    assert world.state.get(ORDER, order) is None
    told = world.last(OrderEnded)
    assert isinstance(told, OrderEnded)
    assert (told.order, told.status) == (order, OrderStatus.EXPIRED)
    assert held(world, ISIN, "a/main") == 0


def test_an_order_pays_through_its_cash_account(world: World) -> None:
    """The client's money lies at its bank: the hold is there."""
    world.account("custody", None, "bank_b")
    route = SetCashAccount(account=address("custody"), asset=CBM, cash_account=address("b/main"))
    world.act("bank_b", route)
    placed(world, "bank_b", buy("custody", PAR, 2))
    assert held(world, CBM, "b/main") > 2 * FACE
