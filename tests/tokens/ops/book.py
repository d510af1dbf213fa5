"""Orders by names, for tests: a bond that trades, three banks' accounts, and what became of it."""

import datetime as dt

from tests.tokens.ops.build import FACE, ISIN, bond, fund, go_to, issue
from tests.tokens.ops.world import World, address
from tokens.events import OrderPlaced
from tokens.ops.orders import PlaceOrder
from tokens.records.market import BOOK, ORDER, Book, Order, Side
from tokens.types import AccountPurpose

TODAY = dt.date(2025, 7, 18)
"""The first date after the first day of interest."""
UNTIL = dt.date(2025, 8, 1)
PAR = 1_000_000
"""100 per 100 of face."""


def trading_world() -> World:
    """Bank A has 50 lots and money, bank B and the regulator's account C have money."""
    made = World()
    made.account("c/main", "regulator", "regulator")
    for account in ("a/main", "b/main", "c/main"):
        fund(made, account, 200 * FACE)
    bond(made)
    issue(made, ISIN, "bank_a", "a/main", 50 * FACE, 50 * FACE)
    go_to(made, TODAY)
    return made


def order(side: Side, account: str, price_e4: int, lots: int, **changes: object) -> PlaceOrder:
    """A limit order in lots."""
    values: dict[str, object] = {
        "account": address(account),
        "asset": ISIN,
        "side": side,
        "price_e4": price_e4,
        "face": lots * FACE,
        "expires_on": UNTIL,
    }
    return PlaceOrder(**(values | changes))  # type: ignore[arg-type]


def buy(account: str, price_e4: int, lots: int, **changes: object) -> PlaceOrder:
    return order(Side.BUY, account, price_e4, lots, **changes)


def sell(account: str, price_e4: int, lots: int, **changes: object) -> PlaceOrder:
    return order(Side.SELL, account, price_e4, lots, **changes)


def placed(world: World, who: str, operation: PlaceOrder) -> bytes:
    """Place an order in a block of its own; its id."""
    world.act(who, operation)
    event = world.last(OrderPlaced)
    assert isinstance(event, OrderPlaced)
    return event.order


def order_of(world: World, order_id: bytes) -> Order:
    found = world.state.get(ORDER, order_id)
    assert found is not None
    return found


def book(world: World) -> Book:
    found = world.state.get(BOOK, ISIN)
    assert found is not None
    return found


def reserve_account(world: World) -> None:
    """An account that no key opens."""
    world.account("aside", "bank_a", "bank_a", purpose=AccountPurpose.RESERVE)
