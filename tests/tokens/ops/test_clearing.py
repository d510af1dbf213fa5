"""Books that clear: one price, fills that settle, orders that fail, records, limits (5.9)."""

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
    sell,
    trading_world,
)
from tests.tokens.ops.build import FACE, ISIN, go_to
from tests.tokens.ops.test_settlement import BASIS
from tests.tokens.ops.world import CBM, World, address
from tokens import clearing
from tokens.coupon_rates import accrued_at
from tokens.events import BookCleared, OrderEnded, OrderFilled
from tokens.lookup import require, require_account
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.cash_accounts import SetCashAccount
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.freezes import Freeze, LiftFreeze
from tokens.ops.order_changes import CancelOrder
from tokens.records.instruments import INSTRUMENT
from tokens.records.market import ORDER, TRADE, OrderStatus
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.results import Code
from tokens.types import OperationClass


@pytest.fixture
def world() -> World:
    return trading_world()


def ended(world: World) -> dict[bytes, tuple[OrderStatus, int]]:
    """How each order ended, by id."""
    return {e.order: (e.status, e.reason) for e in world.events if isinstance(e, OrderEnded)}


def freeze(world: World, account: str, asset: str, amount: int | None) -> Freeze:
    order = Freeze(
        order_id=bytes(32),
        account=address(account),
        asset=asset,
        amount=amount,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    return order


def test_a_trade_settles_in_its_block(world: World) -> None:
    """Face against principal and accrued; both sides and everybody are told; holds are gone."""
    before = {name: world.balance(CBM, name) for name in ("a/main", "b/main")}
    ask = placed(world, "bank_a", sell("a/main", PAR - 100, 5))
    bid = placed(world, "bank_b", buy("b/main", PAR + 100, 3))
    instrument = require(world.state, INSTRUMENT, ISIN)
    accrued = accrued_at(world.state, instrument, 3 * FACE, TODAY)
    assert accrued
    cleared = world.last(BookCleared)
    assert isinstance(cleared, BookCleared)
    assert (cleared.price_e4, cleared.volume, cleared.fills) == (PAR, 3 * FACE, 1)
    assert (cleared.demand, cleared.supply) == (3 * FACE, 5 * FACE)
    cost = 3 * FACE + accrued
    assert world.balance(ISIN, "b/main") == 3 * FACE
    assert world.balance(CBM, "b/main") == before["b/main"] - cost
    assert world.balance(CBM, "a/main") == before["a/main"] + cost
    assert ended(world) == {bid: (OrderStatus.FILLED, 0)}
    left = order_of(world, ask)
    assert (left.status, left.face, left.filled) == (OrderStatus.OPEN, 2 * FACE, 3 * FACE)
    trade = world.state.get(TRADE, ISIN, 1)
    assert trade is not None
    assert (trade.principal, trade.accrued, trade.traded_on) == (3 * FACE, accrued, TODAY)
    told = {e.account for e in world.events if isinstance(e, OrderFilled)}
    assert told == {address("a/main"), address("b/main")}
    assert (book(world).last_price_e4, book(world).orders) == (PAR, 1)


def test_the_next_price_is_nearest_to_the_last(world: World) -> None:
    placed(world, "bank_a", sell("a/main", PAR, 1))
    placed(world, "bank_b", buy("b/main", PAR, 1))
    placed(world, "bank_a", sell("a/main", PAR - 500, 1))
    placed(world, "bank_b", buy("b/main", PAR + 900, 1))
    assert book(world).last_price_e4 == PAR
    placed(world, "bank_a", sell("a/main", PAR + 10, 1))
    placed(world, "bank_b", buy("b/main", PAR + 900, 1))
    assert book(world).last_price_e4 == PAR + 10


def test_an_order_that_fails_ends_and_the_book_goes_on(world: World) -> None:
    """The first seller is frozen meanwhile: the second sells, and only the first is told why."""
    world.act("bank_a", CancelOrder(order=placed(world, "bank_a", sell("a/main", PAR, 1))))
    placed(world, "bank_a", sell("a/main", PAR, 10))
    placed(world, "regulator", buy("c/main", PAR, 10))
    frozen = placed(world, "bank_a", sell("a/main", PAR, 5))
    other = placed(world, "regulator", sell("c/main", PAR, 5))
    freeze(world, "a/main", ISIN, None)
    bid = placed(world, "bank_b", buy("b/main", PAR, 5))
    found = ended(world)
    assert found[frozen] == (OrderStatus.CANCELLED, Code.ACCOUNT_FROZEN)
    assert found[other] == found[bid] == (OrderStatus.FILLED, 0)
    assert world.balance(ISIN, "b/main") == 5 * FACE


def test_a_freeze_of_a_part_ends_who_would_break_it(world: World) -> None:
    """Each of two orders alone leaves what is frozen; the second fill would not."""
    first = placed(world, "bank_a", sell("a/main", PAR, 20))
    second = placed(world, "bank_a", sell("a/main", PAR, 20))
    freeze(world, "a/main", ISIN, 25 * FACE)
    placed(world, "bank_b", buy("b/main", PAR, 40))
    assert world.balance(ISIN, "b/main") == 20 * FACE
    found = ended(world)
    assert found[first] == (OrderStatus.FILLED, 0)
    assert found[second] == (OrderStatus.CANCELLED, Code.ACCOUNT_FROZEN)
    assert world.balance(ISIN, "a/main") == 30 * FACE


def test_a_seizure_of_held_units_ends_the_order(world: World) -> None:
    ask = placed(world, "bank_a", sell("a/main", PAR, 50))
    order = freeze(world, "a/main", ISIN, 10 * FACE)
    seize = ForceTransfer(
        order_id=order.order_id, asset=ISIN, amount=10 * FACE, target=address("b/main")
    )
    world.act("central+fiu", seize)
    assert ended(world)[ask] == (OrderStatus.CANCELLED, Code.ACCOUNT_FROZEN)
    assert world.balance(ISIN, "b/main") == 10 * FACE


def test_orders_end_at_the_close_of_a_record(world: World) -> None:
    """Paged by the agenda; nothing trades in between, not even in the block of the close."""
    go_to(world, dt.date(2026, 1, 15))
    until = dt.date(2026, 2, 1)
    bids = [placed(world, "bank_b", buy("b/main", PAR - 1, 1, expires_on=until)) for _ in range(7)]
    world.quota = 2
    assert world.attempt("bank_a", sell("a/main", PAR - 1, 1, expires_on=until)) is Code.OK
    assert world.attempt("central", CloseDay(date=dt.date(2026, 1, 15))) is Code.OK
    world.end_block()
    assert book(world).closing
    assert world.attempt("central", OpenDay(date=dt.date(2026, 1, 16))) is Code.OK
    late = buy("b/main", PAR, 1, expires_on=until)
    world.refuse(Code.BOOK_CLOSED, "bank_b", late)
    assert world.finish_agenda() >= 3
    assert book(world).trades == 0
    assert not book(world).closing
    assert book(world).orders == 0
    assert {ended(world)[bid] for bid in bids} == {(OrderStatus.CANCELLED, Code.BOOK_CLOSED)}
    placed(world, "bank_b", late)


def test_a_record_of_a_date_that_was_never_open_ends_them_too(world: World) -> None:
    """The records that open_day takes for dates that it jumps."""
    go_to(world, dt.date(2026, 1, 12))
    bid = placed(world, "bank_b", buy("b/main", PAR, 1, expires_on=dt.date(2026, 2, 1)))
    go_to(world, dt.date(2026, 1, 20))
    assert ended(world)[bid] == (OrderStatus.CANCELLED, Code.BOOK_CLOSED)


def test_orders_end_at_maturity(world: World) -> None:
    maturity = dt.date(2028, 7, 17)
    go_to(world, maturity - dt.timedelta(days=4))
    until = maturity + dt.timedelta(days=30)
    ask = placed(world, "bank_a", sell("a/main", PAR, 1, expires_on=until))
    go_to(world, maturity)
    assert ended(world)[ask][0] is OrderStatus.CANCELLED
    world.refuse(Code.ASSET_MATURED, "bank_a", sell("a/main", PAR, 1, expires_on=until))


def test_a_paused_book_waits_and_goes_on(world: World) -> None:
    """A pause comes in the block of the order that would have traded."""
    placed(world, "bank_a", sell("a/main", PAR, 1))
    pause = PauseAsset(asset=CBM, classes=int(OperationClass.TRADE))
    assert world.attempt("bank_b", buy("b/main", PAR, 1)) is Code.OK
    world.act("central+regulator", pause)
    assert (book(world).stalled, book(world).trades) == (True, 0)
    assert not clearing.is_due(world.state)
    world.act("central+regulator", PauseAsset(asset=CBM, classes=0))
    assert (book(world).stalled, book(world).trades) == (False, 1)


def test_both_through_one_cash_account_move_face_only(world: World) -> None:
    """Two clients of one bank: the bank books the money between them."""
    for name in ("client-1", "client-2"):
        world.account(name, None, "bank_a")
        route = SetCashAccount(account=address(name), asset=CBM, cash_account=address("a/main"))
        world.act("bank_a", route)
    from tests.tokens.ops.build import transfer

    world.act("bank_a", transfer(ISIN, "a/main", "client-1", 2 * FACE))
    before = world.balance(CBM, "a/main")
    placed(world, "bank_a", sell("client-1", PAR, 2))
    placed(world, "bank_a", buy("client-2", PAR, 2))
    assert world.balance(ISIN, "client-2") == 2 * FACE
    assert world.balance(CBM, "a/main") == before


def test_a_new_institution_ends_what_the_old_one_pays_for(world: World) -> None:
    """The client's order stands on money of a bank that serves it no longer."""
    world.account("custody", None, "bank_b")
    route = SetCashAccount(account=address("custody"), asset=CBM, cash_account=address("b/main"))
    world.act("bank_b", route)
    bid = placed(world, "bank_b", buy("custody", PAR, 1))
    account = require_account(world.state, address("custody"))
    world.state.put(ACCOUNT, msgspec.structs.replace(account, servicer=address("regulator")))
    placed(world, "bank_a", sell("a/main", PAR, 1))
    assert ended(world) == {bid: (OrderStatus.CANCELLED, Code.NOT_AUTHORISED)}


def test_nobody_trades_with_its_own_group(world: World) -> None:
    """Sister companies: the later order ends; a stranger between them trades."""
    sister = world.state.get(PARTICIPANT, address("regulator"))
    assert sister is not None
    changed = msgspec.structs.replace(sister, control_group="bank_a")
    world.state.put(PARTICIPANT, changed)
    ask = placed(world, "bank_a", sell("a/main", PAR, 5))
    own = placed(world, "regulator", buy("c/main", PAR + 10, 5))
    assert ended(world)[own] == (OrderStatus.CANCELLED, Code.SELF_MATCH)
    assert order_of(world, ask).status is OrderStatus.OPEN
    assert book(world).last_price_e4 == 0
    placed(world, "bank_b", buy("b/main", PAR, 5))
    assert order_of(world, ask).status is OrderStatus.FILLED


def test_nobody_trades_with_another_account_of_its_person(world: World) -> None:
    """Two accounts of one owner at two banks."""
    for name, bank in (("here", "bank_a"), ("there", "bank_b")):
        world.account(name, None, bank)
    first, second = (require_account(world.state, address(n)) for n in ("here", "there"))
    world.state.put(ACCOUNT, msgspec.structs.replace(second, owner=first.owner))
    from tests.tokens.ops.build import transfer

    world.act("bank_a", transfer(ISIN, "a/main", "here", FACE))
    world.act("bank_b", transfer(CBM, "b/main", "there", 2 * FACE))
    ask = placed(world, "bank_a", sell("here", PAR, 1))
    bid = placed(world, "bank_b", buy("there", PAR, 1))
    assert ended(world) == {bid: (OrderStatus.CANCELLED, Code.SELF_MATCH)}
    assert order_of(world, ask).status is OrderStatus.OPEN


def test_a_block_has_room_for_so_many_fills(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest goes on in the next block, which the book itself asks for; nothing is lost."""
    monkeypatch.setattr(clearing, "FILLS_MAX", 3)
    asks = [placed(world, "bank_a", sell("a/main", PAR, 1)) for _ in range(7)]
    placed(world, "bank_b", buy("b/main", PAR, 7))
    blocks = 1
    while clearing.is_due(world.state):
        assert world.balance(ISIN, "b/main") == 3 * blocks * FACE
        world.end_block()
        blocks += 1
    assert blocks == 3
    assert world.balance(ISIN, "b/main") == 7 * FACE
    assert [e.fills for e in world.events if isinstance(e, BookCleared)] == [3, 3, 1]
    assert {ended(world)[ask][0] for ask in asks} == {OrderStatus.FILLED}


def test_a_cut_book_does_not_wait_for_the_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closed over night it is no reason to make blocks; the opening clears it."""
    monkeypatch.setattr(clearing, "FILLS_MAX", 1)
    for _ in range(2):
        placed(world, "bank_a", sell("a/main", PAR, 1))
    assert world.attempt("bank_b", buy("b/main", PAR, 2)) is Code.OK
    world.act("central", CloseDay(date=TODAY))
    assert (book(world).trades, clearing.is_due(world.state)) == (0, False)
    world.act("central", OpenDay(date=TODAY + dt.timedelta(days=3)))
    assert (book(world).trades, clearing.is_due(world.state)) == (1, True)
    world.end_block()
    assert (book(world).trades, clearing.is_due(world.state)) == (2, False)


def test_an_expired_order_does_not_trade_in_the_block_of_the_opening(world: World) -> None:
    """The agenda has not come to it; the clearing looks itself."""
    bid = placed(world, "bank_b", buy("b/main", PAR, 1, expires_on=dt.date(2025, 7, 21)))
    world.quota = 0
    assert world.attempt("central", CloseDay(date=TODAY)) is Code.OK
    assert world.attempt("central", OpenDay(date=dt.date(2025, 7, 21))) is Code.OK
    world.act("bank_a", sell("a/main", PAR, 1, expires_on=UNTIL))
    assert book(world).trades == 0
    assert ended(world)[bid] == (OrderStatus.EXPIRED, 0)
    world.quota = 500
    world.end_block()
    assert world.state.get(ORDER, bid) is None


def test_a_lifted_freeze_lets_the_next_order_trade(world: World) -> None:
    order = freeze(world, "a/main", ISIN, None)
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", sell("a/main", PAR, 1))
    world.act("fiu", LiftFreeze(order_id=order.order_id))
    placed(world, "bank_a", sell("a/main", PAR, 1))
    placed(world, "bank_b", buy("b/main", PAR, 1))
    assert book(world).trades == 1
