"""Which books clear first where a block has no room for all: fair and bounded (5.9)."""

import msgspec
import pytest

from tests.tokens.ops.book import PAR, buy, sell, trading_world
from tests.tokens.ops.build import FACE, ISIN, bond, issue
from tests.tokens.ops.world import World
from tokens import clearing
from tokens.events import BookCleared
from tokens.finance.isin import isin_check_digit
from tokens.records.market import BOOK, WAITING_BOOKS
from tokens.results import Code

OTHERS = tuple(
    f"PK00000010{number}" + isin_check_digit(f"PK00000010{number}") for number in range(4)
)


@pytest.fixture
def world() -> World:
    made = trading_world()
    for isin in OTHERS:
        bond(made, isin=isin)
        issue(made, isin, "bank_a", "a/main", 20 * FACE, 1)
    return made


def cross(world: World, isin: str, pairs: int) -> None:
    """Orders of so many fills, into the block that is being made."""
    for _ in range(pairs):
        assert world.attempt("bank_a", sell("a/main", PAR, 1, asset=isin)) is Code.OK
        assert world.attempt("bank_b", buy("b/main", PAR, 1, asset=isin)) is Code.OK


def cleared(world: World) -> list[str]:
    return [event.asset for event in world.events if isinstance(event, BookCleared)]


def test_a_busy_book_does_not_starve_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets new orders in each block and fills every block alone; the others still clear."""
    monkeypatch.setattr(clearing, "FILLS_MAX", 2)
    cross(world, ISIN, 6)
    for isin in OTHERS:
        cross(world, isin, 2)
    blocks = 0
    while any(isin not in cleared(world) for isin in OTHERS):
        world.end_block()
        cross(world, ISIN, 2)
        blocks += 1
        assert blocks <= 2 * len(OTHERS) + 1
    assert cleared(world).count(ISIN) >= 1


def test_every_waiting_book_waits_for_those_before_it_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "FILLS_MAX", 1)
    for isin in (ISIN, *OTHERS):
        cross(world, isin, 1)
    for _ in (ISIN, *OTHERS):
        assert clearing.is_due(world.state) or not cleared(world)
        world.end_block()
    assert sorted(cleared(world)) == sorted((ISIN, *OTHERS))
    assert not clearing.is_due(world.state)


def test_the_first_of_one_block_is_chosen_by_nobody(world: World) -> None:
    """Books that wait since one block have another order in another block, not that of names."""
    cross(world, ISIN, 1)
    known = world.state.get(BOOK, ISIN)
    assert known is not None
    firsts = []
    for height in range(1, 30):
        for isin in OTHERS:
            world.state.put(BOOK, msgspec.structs.replace(known, asset=isin, waiting_since=height))
        turn = [book.asset for book in world.state.scan(BOOK, WAITING_BOOKS, limit=5)]
        firsts.append(next(asset for asset in turn if asset != ISIN))
    assert sorted(dict.fromkeys(firsts)) == sorted(OTHERS)


def test_orders_looked_at_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Books that do not fit into what a block may read wait for the next one."""
    monkeypatch.setattr(clearing, "ORDERS_READ_MAX", 5)
    for isin in OTHERS[:2]:
        cross(world, isin, 2)
    world.end_block()
    assert len(cleared(world)) == 1
    assert clearing.is_due(world.state)
    world.end_block()
    assert sorted(cleared(world)) == sorted(OTHERS[:2])
    book = world.state.get(BOOK, OTHERS[0])
    assert book is not None
    assert (book.orders, book.waiting_since) == (0, 0)
